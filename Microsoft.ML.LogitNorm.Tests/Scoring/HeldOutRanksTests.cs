using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>A network that knows its training rows by heart is surprised by all others: ranks are then taken of rows that were held out.</summary>
[TestFixture]
public sealed class HeldOutRanksTests
{
    private const int Width = 30, Classes = 4;

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Default_NetworkThatKnowsItsRowsByHeart_FindsWhatIsFarByHeldOutRowsAlone()
    {
        // Classes that overlap, so that new rows are often unsure; strangers that are as sure as any, far away in directions that no class has.
        var (train, test) = (View(160, seed: 1), View(400, seed: 3));
        using var model = Fit(train);
        var (known, strangers) = (model.Transform(test), model.Transform(View(400, seed: 4, away: 8)));
        Assert.That(Accuracy(model.Transform(train)), Is.EqualTo(1), "by heart");
        Assert.That(Accuracy(known), Is.LessThan(0.9), "and no better at new rows than it can be");

        var (byTrained, byHeldOut) = (
            Fpr95(_ml.Transforms.OodScore().Fit(model.Transform(train))),
            Fpr95(_ml.Transforms.OodScore().Fit(model.Transform(train), model.Transform(View(80, seed: 2)))));

        Assert.That(byTrained, Is.GreaterThan(0.3));
        Assert.That(byHeldOut, Is.LessThan(0.02));

        double Fpr95(OodScoreTransformer score)
        {
            using (score)
                return _ml.AnomalyDetection.EvaluateOod(score.Transform(known), score.Transform(strangers)).FprAt95Tpr;
        }
    }

    [Test]
    public void CompareOodScores_HeldOutData_RanksAsTheEstimatorDoes()
    {
        var (train, heldOut, test, strangers) = (View(160, seed: 1), View(80, seed: 2), View(40, seed: 3), View(40, seed: 4, away: 8));
        using var model = Fit(train);
        OodScore[] scores = [OodScores.Default(), OodScores.RelativeLayerGaussian()];

        var compared = _ml.AnomalyDetection.CompareOodScores(
            model, test, new Dictionary<string, IDataView> { ["far"] = strangers }, new() { Scores = scores, TrainingData = train, HeldOutData = heldOut });

        foreach (var score in scores)
        {
            using var fitted = _ml.Transforms.OodScore(score).Fit(model.Transform(train), model.Transform(heldOut));
            float[] expected = [.. fitted.Transform(model.Transform(strangers)).GetColumn<float>("OodScore")];
            var found = compared.Results.Single(result => result.Score == score).Sets[0].Scores;
            Assert.That(found, Is.EqualTo(expected).Within(1e-4f).Percent, score.ToString());
        }
    }

    [Test]
    public void Fit_HeldOutRows_AreReadForRanksOnly()
    {
        // Labels are not asked for, and a score without ranks learns what it learns without such rows.
        var train = View(160, seed: 1);
        using var model = Fit(train);
        var heldOut = _ml.Transforms.SelectColumns("LayerStatistics", "Logits").Fit(model.Transform(View(80, seed: 2))).Transform(model.Transform(View(80, seed: 2)));
        var rows = model.Transform(View(20, seed: 3));

        Assert.That(() => _ml.Transforms.OodScore().Fit(model.Transform(train), heldOut).Dispose(), Throws.Nothing);
        Assert.That(
            Scores(_ml.Transforms.OodScore(OodScores.LayerGaussian()).Fit(model.Transform(train), heldOut)),
            Is.EqualTo(Scores(_ml.Transforms.OodScore(OodScores.LayerGaussian()).Fit(model.Transform(train)))));

        float[] Scores(OodScoreTransformer score)
        {
            using (score)
                return [.. score.Transform(rows).GetColumn<float>("OodScore")];
        }
    }

    [Test]
    public void Fit_HeldOutRowsThatAreNone_OrFew_SaysHowManyItTakes()
    {
        var train = View(160, seed: 1);
        using var model = Fit(train);
        Assert.That(
            () => _ml.Transforms.OodScore().Fit(model.Transform(train), model.Transform(View(0, seed: 2))),
            Throws.InvalidOperationException.With.Message.Contains("There are no held-out rows. Give some, or none at all."));
        Assert.That(
            () => _ml.Transforms.OodScore().Fit(model.Transform(train), model.Transform(View(9, seed: 2))),
            Throws.TypeOf<OodScoreException>().With.Message.Contains("needs at least 10 held-out rows, among which it ranks; there are 9"));
    }

    [Test]
    public void Fit_HeldOutRowsOfAnotherModel_SaysSo()
    {
        var train = View(160, seed: 1);
        using var model = Fit(train);
        using var narrow = Fit(train, hidden: 32, epochs: 1);
        using var twin = Fit(train, epochs: 1);
        var (rows, heldOut) = (model.Transform(train), View(80, seed: 2));
        foreach (var score in (OodScore[])[OodScores.Default(), OodScores.Fuse(OodScores.MaxSoftmax(), OodScores.NearestNeighbours(3))])
            Assert.That(
                () => _ml.Transforms.OodScore(score).Fit(rows, narrow.Transform(heldOut)),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("as the training rows have")
                    .And.Message.Contains("The held-out rows went through another network"));
        Assert.That(
            () => _ml.Transforms.OodScore(OodScores.Fuse(OodScores.MaxSoftmax(), OodScores.Odin())).Fit(rows, twin.Transform(heldOut)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("those of another").And.Message.Contains("transform both by the same model"));
    }

    [Test]
    public void CompareOodScores_HeldOutData_IsReadForRanksOnly()
    {
        var (train, test) = (View(160, seed: 1), View(40, seed: 3));
        using var model = Fit(train, epochs: 1);
        var read = 0;
        var counted = _ml.Data.LoadFromEnumerable(Counted());
        OodScoreComparison Compare(OodScore score, IDataView heldOut) => _ml.AnomalyDetection.CompareOodScores(
            model, test, new Dictionary<string, IDataView> { ["same"] = test }, new() { Scores = [score], TrainingData = train, HeldOutData = heldOut });

        Compare(OodScores.NearestNeighbours(3), counted);
        Assert.That(read, Is.Zero);
        Compare(OodScores.Default(), counted);
        Assert.That(read, Is.EqualTo(20));

        IEnumerable<Row> Counted()
        {
            foreach (var row in _ml.Data.CreateEnumerable<Row>(View(20, seed: 2), reuseRowObject: false))
            {
                read++;
                yield return row;
            }
        }
    }

    [Test]
    public void Learn_FuseWithinFuse_RanksBothByHeldOutRows()
    {
        using var scope = NewDisposeScope();
        var nothing = new Dictionary<string, Tensor>();
        var inner = OodScores.Fuse(OodScores.MaxLogit(), OodScores.NearestNeighbours(1));
        OodBatch rows = new(ones(60, 2), eye(60), null, null, nothing), heldOut = new(ones(12, 2), eye(12, 60), null, null, nothing);

        var learned = OodScores.Fuse(inner, OodScores.MaxLogit()).Learn(rows, heldOut);

        Assert.That(learned["0/1/Bank"].shape[0], Is.EqualTo(60), "it learns from all rows");
        Assert.That(learned.Where(tensor => tensor.Key.EndsWith("Ranks", StringComparison.Ordinal)).Select(tensor => tensor.Value.shape[0]), Is.All.EqualTo(12));
    }

    private TransformerChain<LogitNormModel> Fit(IDataView train, int hidden = 64, int epochs = 30)
        => _ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                Backbone = Backbone.Dense([hidden]), Loss = TrainingLoss.CrossEntropy(), Epochs = epochs, BatchSize = 32, LearningRate = 0.1, Seed = 1,
            }))
            .Fit(train);

    private double Accuracy(IDataView scored) => _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy;

    private IDataView View(int count, int seed, float away = 0)
    {
        var random = new Random(seed);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row
        {
            Label = $"class {i % Classes}",
            // The first features tell the classes apart, the last are those that strangers have.
            Features = [.. Enumerable.Range(0, Width).Select(f => Normal(random) + (f == i % Classes ? 2.5f : 0) + (f >= Width - 3 ? away : 0))],
        }).ToArray());
    }

    private static float Normal(Random random)
        => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(Width)]
        public float[] Features { get; set; } = [];
    }
}
