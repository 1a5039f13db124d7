using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Columns;

/// <summary>Columns by other names: two models in one pipeline, and scores on columns that are not this library's.</summary>
[TestFixture]
public sealed class ColumnNameTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Pipeline_TwoModels_LiveSideBySide()
    {
        var second = Moons.Options with
        {
            Loss = TrainingLoss.CrossEntropy(), Seed = 2,
            PredictedLabelColumnName = "Other", ScoreColumnName = "OtherScore", LogitsColumnName = "OtherLogits", EmbeddingColumnName = "OtherEmbedding",
        };
        var training = Moons.View(_ml, 200);
        var both = Moons.Pipeline(_ml, Moons.Options with { Epochs = 5 })
            .Append(_ml.Transforms.OodScore(OodScores.NearestNeighbours(5), "First"))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(second with { Epochs = 5 }))
            .Append(_ml.Transforms.OodScore(OodScores.NearestNeighbours(5), "Second", logitsColumnName: "OtherLogits", embeddingColumnName: "OtherEmbedding"))
            .Append(_ml.Transforms.OodScore(OodScores.Odin(), "SecondOdin", logitsColumnName: "OtherLogits"));
        using var model = both.Fit(training);
        using var firstAlone = Moons.Pipeline(_ml, Moons.Options with { Epochs = 5 }).Fit(training);
        var rows = Moons.View(_ml, 30, seed: 3);
        var scored = model.Transform(rows);
        Assert.That(Values(scored, "Logits"), Is.EqualTo(Values(firstAlone.Transform(rows), "Logits")), "the second does not change the first's");
        Assert.That(Values(scored, "OtherLogits"), Is.Not.EqualTo(Values(scored, "Logits")));
        Assert.That(scored.GetColumn<float>("Second"), Is.Not.EqualTo(scored.GetColumn<float>("First")));
        Assert.That(
            _ml.MulticlassClassification.Evaluate(scored, scoreColumnName: "OtherScore", predictedLabelColumnName: "Other").MicroAccuracy, Is.GreaterThan(0.7));
        Assert.That(
            SetId(scored, "Score"),
            Is.EqualTo(SetId(scored, "PredictedLabel")).And.Not.EqualTo(SetId(scored, "OtherScore")),
            "evaluators tell the models apart");
        Assert.That(SetId(scored, "OtherScore"), Is.EqualTo(SetId(scored, "Other")));

        using var loaded = (IDisposable)ModelFile.Of(_ml, model, training.Schema).Load(_ml, out _);
        foreach (var column in (string[])["First", "Second", "SecondOdin"])
            Assert.That(((ITransformer)loaded).Transform(rows).GetColumn<float>(column), Is.EqualTo(scored.GetColumn<float>(column)), column);

        static float[] Values(IDataView view, string column) => [.. view.GetColumn<float[]>(column).SelectMany(row => row)];

        static uint SetId(IDataView view, string column)
        {
            uint id = 0;
            view.Schema[column].Annotations.GetValue("ScoreColumnSetId", ref id);
            return id;
        }
    }

    [Test]
    public void Trainer_PromisesItsColumnsByTheirNames()
    {
        var options = Moons.Options with { LogitsColumnName = "L", EmbeddingColumnName = "E", ScoreColumnName = "S", PredictedLabelColumnName = "P" };
        EstimatorContract.Check(_ml, Moons.Pipeline(_ml, options with { Epochs = 1 }), Moons.View(_ml, 40));
        Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(options with { ScoreColumnName = "L" }),
            Throws.ArgumentException.With.Message.StartsWith("ScoreColumnName and LogitsColumnName are all 'L'; give each column a name of its own."));
    }

    // Features from whatever transform, and no classifier at all.
    [Test]
    public void OodScore_OnFeaturesWithoutAClassifier_Works([Values] bool labelled)
    {
        var score = labelled ? OodScores.Mahalanobis(1e-3) : OodScores.NearestNeighbours(5);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.NormalizeMeanVariance("Scaled", "Features"))
            .Append(_ml.Transforms.OodScore(score, embeddingColumnName: "Scaled"));
        var training = Moons.View(_ml, 400);
        EstimatorContract.Check(_ml, pipeline, training);
        using var model = pipeline.Fit(training);
        var metrics = _ml.AnomalyDetection.EvaluateOod(model.Transform(Moons.View(_ml, 100, seed: 2)), model.Transform(Moons.Ring(_ml, 100)));
        Assert.That(metrics.Auroc, Is.GreaterThan(0.6));
        using var loaded = (IDisposable)ModelFile.Of(_ml, model, training.Schema).Load(_ml, out _);
        Assert.That(
            ((ITransformer)loaded).Transform(training).GetColumn<float>("OodScore"), Is.EqualTo(model.Transform(training).GetColumn<float>("OodScore")));
    }

    [Test]
    public void OodScore_OnFeaturesWithoutLogits_NamesTheColumnThatIsMissing()
    {
        var data = Moons.View(_ml, 10);
        Assert.That(
            () => _ml.Transforms.OodScore(OodScores.Energy(), embeddingColumnName: "Features").Fit(data).Transform(data),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("logits column 'Logits'"));
        Assert.That(
            () => _ml.Transforms.OodScore(OodScores.NearestNeighbours(3)).Fit(data),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("embedding column 'Embedding'").And.Message.Contains("or name the column"));
    }

    // Logits that another network made, of other classes, and that no score reads.
    [Test]
    public void OodScore_OnFeaturesBesideForeignLogits_LeavesThoseAlone()
    {
        var data = _ml.Data.LoadFromEnumerable(Moons.Rows(100)
            .Select(row => new Foreign { Label = row.Label, Features = row.Features, Logits = [1, 2, 3, 4, 5, 6, 7] }));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.OodScore(OodScores.Mahalanobis(1e-3), embeddingColumnName: "Features"));
        using var model = pipeline.Fit(data);
        Assert.That(model.Transform(data).GetColumn<float>("OodScore"), Has.All.Matches<float>(float.IsFinite));
        Assert.That(model.Transform(Moons.View(_ml, 20)).GetColumn<float>("OodScore").Count(), Is.EqualTo(20), "nor asks for them later");
    }

    private sealed class Foreign
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [VectorType(7)]
        public float[] Logits { get; set; } = [];
    }
}
