using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>What a score that needs only logits adds to a batch of 128 images, beside the network's forward pass.</summary>
public class LogitScoresBenchmark
{
    private const int Rows = 128, Classes = 10, RowsToLearnFrom = 5_000;

    private static readonly OodScore[] s_scores = [.. OodScores.All.Where(score => score.Needs == OodInputs.Logits)];

    private readonly Dictionary<string, (OodScore Score, OodBatch Batch)> _scores = [];
    private TrainedNetwork _network = null!;
    private Tensor _pixels = null!;
    private DisposeScope _scope = null!;

    /// <summary>Every score of that kind; those that learn have learned.</summary>
    public static IEnumerable<string> Names => s_scores.Select(score => score.Name);

    [GlobalSetup]
    public void SetUp()
    {
        TorchRuntime.EnsureAvailable();
        manual_seed(1);
        _scope = NewDisposeScope();
        // Untrained: the time does not depend on the weights.
        var image = new ImageInput("Image", new(3, 32, 32), PixelKind.Image, Interleaved: true);
        _network = new(
            Backbone.WideResNet(40, 2).CreateNetwork(NodeShape.Image(3), Classes, new NetworkRandom(1)),
            CPU, image, new([128, 128, 128], [64, 64, 64]), owner: typeof(LogitNormModel));
        _pixels = randint(0, 256, [Rows, 32, 32, 3], dtype: ScalarType.Byte);

        var (logits, known) = (5 * randn(Rows, Classes), 5 * randn(RowsToLearnFrom, Classes));
        var none = new Dictionary<string, Tensor>();
        foreach (var score in s_scores)
        {
            var learned = score.LearnsFrom is null ? none : score.Learn(new(known, null, null, null, none, known.argmax(1)));
            _scores.Add(score.Name, (score, new(logits, null, null, null, learned)));
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    /// <summary>The network, WideResNet(40, 2), on 128 images of 32×32 pixels.</summary>
    [Benchmark(Baseline = true)]
    public float Forward()
    {
        using var scope = NewDisposeScope();
        return _network.Forward(_pixels).Logits.sum().ToSingle();
    }

    /// <summary>A score on 128 rows of logits.</summary>
    [Benchmark]
    [ArgumentsSource(nameof(Names))]
    public float[] Score(string name)
    {
        var (score, batch) = _scores[name];
        return score.Compute(batch);
    }
}
