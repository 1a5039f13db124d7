using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.Growth;

/// <summary>The curves: each size several times, the middle time of them.</summary>
internal sealed class GrowthMeasurements(int rounds)
{
    private const int Batch = 128, Dimensions = 128, ScoredRows = 10_000;

    /// <summary>Milliseconds of scoring one batch and of a training step on it, by the side of the images. WRN-16-1, batches of 16.</summary>
    public IEnumerable<Curve> ImageSize()
    {
        const int Images = 16;
        int[] sides = [16, 32, 64, 128, 224];
        List<double> scoring = [], training = [];
        foreach (var side in sides)
        {
            using var scope = NewDisposeScope();
            var images = randn(Images, side, side, 3).permute(0, 3, 1, 2);
            var labels = randint(0, 10, [Images], dtype: int64);
            using var network = Backbone.WideResNet(16, 1).CreateNetwork(NodeShape.Image(3), 10, new NetworkRandom(1));
            using var optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9);
            network.train();
            training.Add(Middle(() =>
            {
                optimizer.zero_grad();
                nn.functional.cross_entropy(network.call(images), labels).backward();
                optimizer.step();
            }));
            network.eval();
            using var noGradient = inference_mode();
            using var folded = FoldedNetwork.Create(network, new(3, side, side), CPU)!;
            scoring.Add(Middle(() => folded.Embed(images)));
        }
        const string Panel = "side of the images, in pixels";
        return [new(Panel, $"training step, {Images} images", sides, training), new(Panel, $"scoring, {Images} images", sides, scoring)];
    }

    /// <summary>Milliseconds of the loss with its gradient, and of scores, on a batch of 128, by the number of classes.</summary>
    public IEnumerable<Curve> Classes()
    {
        int[] sizes = [10, 100, 1000, 10_000, 100_000];
        (string Name, Func<int, Action> Start)[] things =
        [
            ("LogitNorm loss and gradient", Loss),
            ("score MaxSoftmax", classes => Score(OodScores.MaxSoftmax(), classes)),
            ("score GEN", classes => Score(OodScores.GeneralizedEntropy(), classes)),
        ];
        return things.Select(thing => Measure("classes", thing.Name, sizes, thing.Start));

        static Action Loss(int classes)
        {
            var (logits, embedding, weight) = (randn(Batch, classes).requires_grad_(), zeros(Batch, 1), zeros(classes, 1));
            var labels = randint(0, classes, [Batch], dtype: int64);
            var loss = TrainingLoss.LogitNorm();
            return () => loss.Compute(new(logits, embedding, weight, labels, 1)).backward();
        }

        static Action Score(OodScore score, int classes)
        {
            var batch = new OodBatch(randn(Batch, classes), null, null, null, new Dictionary<string, Tensor>());
            return () => score.Compute(batch);
        }
    }

    /// <summary>Milliseconds of all metrics of two sets of scores, by the number of rows in each.</summary>
    public IEnumerable<Curve> Rows()
    {
        int[] sizes = [1000, 10_000, 100_000, 1_000_000];
        return
        [
            Measure("rows of each set", "all OOD metrics", sizes, rows =>
            {
                var random = new Random(1);
                double[] known = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() + 0.5)];
                double[] unknown = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
                return () => OodDetectionMetrics.Compute(known, unknown);
            }),
        ];
    }

    /// <summary>Milliseconds of scoring 10,000 rows of 128 values, in batches of 128, by the rows that the score has learned from.</summary>
    public IEnumerable<Curve> Bank()
    {
        int[] sizes = [1000, 5000, 10_000, 50_000];
        OodScore[] scores = [OodScores.NearestNeighbours(), OodScores.NnGuide(), OodScores.Mahalanobis()];
        return scores.Select(score => Measure("rows learned from, 128 values each", $"{score.Name}, 10,000 rows", sizes, rows =>
        {
            const int Classes = 10;
            var none = new Dictionary<string, Tensor>();
            var head = randn(Classes, Dimensions);
            var known = rand(rows, Dimensions);
            var logits = known.matmul(head.t());
            var learned = score.Learn(new(logits, known, null, null, none, arange(rows, int64) % Classes));
            var scored = rand(ScoredRows, Dimensions);
            var scoredLogits = scored.matmul(head.t());
            return () =>
            {
                for (var row = 0; row + Batch <= ScoredRows; row += Batch)
                {
                    using var step = NewDisposeScope();
                    score.Compute(new(scoredLogits.narrow(0, row, Batch), scored.narrow(0, row, Batch), null, null, learned));
                }
            };
        }));
    }

    private Curve Measure(string panel, string name, int[] sizes, Func<int, Action> start)
    {
        var milliseconds = new List<double>();
        foreach (var size in sizes)
        {
            using var scope = NewDisposeScope();
            milliseconds.Add(Middle(start(size)));
        }
        return new(panel, name, sizes, milliseconds);
    }

    private double Middle(Action run) => 1000 * Series.Of(
        EndToEnd.Rounds.Seconds(rounds, () =>
        {
            using var scope = NewDisposeScope();
            run();
        })[0],
        0.5);
}
