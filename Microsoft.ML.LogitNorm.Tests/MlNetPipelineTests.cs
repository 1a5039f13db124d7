using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The model among ML.NET's own tools: what works with any classifier works with this one.</summary>
[TestFixture]
public sealed class MlNetPipelineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodScoreTransformer> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(TinyImages.View(_ml, 96));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    private IDataView Scored => _model.Transform(TinyImages.View(_ml, 200, seed: 5));

    [Test]
    public void Evaluate_EqualsWhatTheColumnsSay()
    {
        var rows = _ml.Data.CreateEnumerable<LabelledPrediction>(Scored, reuseRowObject: false).ToArray();
        var metrics = _ml.MulticlassClassification.Evaluate(Scored, topKPredictionCount: 2);
        Assert.Multiple(() =>
        {
            Assert.That(metrics.MicroAccuracy, Is.EqualTo(rows.Average(row => row.Label == row.PredictedLabel ? 1.0 : 0)).Within(1e-12));
            Assert.That(metrics.LogLoss, Is.EqualTo(rows.Average(row => -Math.Log(Math.Max(1e-15, row.Score[row.Label - 1])))).Within(0.01).Percent);
            Assert.That(metrics.TopKAccuracy, Is.GreaterThanOrEqualTo(metrics.MicroAccuracy));
            Assert.That(metrics.PerClassLogLoss, Has.Count.EqualTo(3));
            Assert.That(metrics.ConfusionMatrix.GetFormattedConfusionTable(), Does.Contain("red").And.Contain("green").And.Contain("blue"));
        });
    }

    [Test]
    public void CrossValidate_TrainsEachFold()
    {
        var folds = _ml.MulticlassClassification.CrossValidate(TinyImages.View(_ml, 150), TinyImages.Pipeline(_ml), numberOfFolds: 3);
        Assert.That(folds.Select(fold => fold.Metrics.MicroAccuracy), Has.Exactly(3).GreaterThan(0.8));
        foreach (var fold in folds)
            (fold.Model as IDisposable)?.Dispose();
    }

    [Test]
    public void TrainTestSplit_TrainsOnOnePartAndScoresTheOther()
    {
        var split = _ml.Data.TrainTestSplit(TinyImages.View(_ml, 150), testFraction: 0.3);
        using var model = TinyImages.Pipeline(_ml).Fit(split.TrainSet);
        Assert.That(_ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy, Is.GreaterThan(0.8));
    }

    [Test]
    public void Preview_ShowsTheRows()
    {
        var expected = Scored.GetColumn<float>("OodScore").Take(50).ToArray();
        var preview = Scored.Preview(maxRows: 50);
        Assert.That(preview.RowView, Has.Length.EqualTo(50));
        Assert.That(preview.ColumnView.Single(column => column.Column.Name == "OodScore").Values, Is.EqualTo(expected).Within(1e-6f));
        Assert.That(_model.Preview(TinyImages.View(_ml, 5)).RowView, Has.Length.EqualTo(5));
        Assert.That(TinyImages.Pipeline(_ml).Preview(TinyImages.View(_ml, 48), maxRows: 2, maxTrainingRows: 48).RowView, Has.Length.EqualTo(2));
    }

    [Test]
    public void Cache_KeepsTheRows()
    {
        var cached = _ml.Data.Cache(Scored);
        foreach (var _ in (int[])[1, 2])
        {
            Assert.That(cached.GetColumn<float[]>("Logits"), Is.EqualTo(Scored.GetColumn<float[]>("Logits")));
            Assert.That(cached.GetColumn<int>("Id"), Is.EqualTo(Enumerable.Range(0, 200)));
        }
    }

    [Test]
    public void AppendCacheCheckpoint_BeforeAndAfterTheTrainer_ChangesNothing()
    {
        var data = TinyImages.View(_ml, 48);
        using var plain = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(data);
        using var cached = _ml.Transforms.Conversion.MapValueToKey("Label").AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options)).AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(data);
        Assert.That(cached.Transform(data).GetColumn<float>("OodScore"), Is.EqualTo(plain.Transform(data).GetColumn<float>("OodScore")));
    }

    [Test]
    public void SelectColumns_LeavesTheRest()
    {
        var selected = _ml.Transforms.SelectColumns("Logits", "OodScore").Fit(Scored).Transform(Scored);
        Assert.That(selected.Schema.Where(column => !column.IsHidden).Select(column => column.Name), Is.EqualTo(new[] { "Logits", "OodScore" }));
        Assert.That(selected.GetColumn<float>("OodScore"), Is.EqualTo(Scored.GetColumn<float>("OodScore")));
        Assert.That(NetworkOf.View(selected), Is.SameAs(NetworkOf.View(Scored)), "scores that need the network still find it");
    }

    [Test]
    public void FurtherTrainer_OnEmbeddings_Learns()
    {
        var more = _ml.Transforms.Concatenate("Features", "Embedding", "Order")
            .Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        var scored = more.Fit(Scored).Transform(Scored);
        Assert.That(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, Is.GreaterThan(0.8));
    }

    [Test]
    public void MapKeyToValue_GivesTheClassesNames()
    {
        var named = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Label"))
            .Fit(Scored)
            .Transform(Scored);
        var (predicted, labels) = (named.GetColumn<string>("PredictedLabel").ToArray(), named.GetColumn<string>("Label").ToArray());
        Assert.That(predicted, Is.All.AnyOf([.. TinyImages.Classes]));
        Assert.That(predicted.Zip(labels).Count(pair => pair.First == pair.Second), Is.GreaterThan(180));
    }

    [Test]
    public void SaveAsText_WritesEveryRow()
    {
        var columns = _ml.Transforms.SelectColumns("Id", "PredictedLabel", "Score", "OodScore").Fit(Scored).Transform(Scored);
        using var file = new MemoryStream();
        _ml.Data.SaveAsText(columns, file, separatorChar: ',', headerRow: true, schema: false);
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(201));
        Assert.That(lines[0].TrimEnd(), Is.EqualTo("Id,PredictedLabel,red,green,blue,OodScore"));
        Assert.That(lines[200], Does.StartWith("199,"));
    }

    [Test]
    public void SaveAsBinary_ThenLoad_KeepsRowsAndLosesTheNetwork()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.idv");
        try
        {
            using (var file = File.Create(path))
                _ml.Data.SaveAsBinary(Scored, file);
            var loaded = _ml.Data.LoadFromBinary(path);
            Assert.That(loaded.GetColumn<float[]>("Logits"), Is.EqualTo(Scored.GetColumn<float[]>("Logits")));
            Assert.That(
                _ml.Transforms.OodScore(OodScores.MaxSoftmax(), "Again").Fit(loaded).Transform(loaded).GetColumn<float>("Again"),
                Is.EqualTo(Scored.GetColumn<float>("OodScore")));
            Assert.That(
                () => _ml.Transforms.OodScore(OodScores.ReAct()).Fit(loaded),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("read from a file: put OodScore directly after the model"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void FilterByDecision_IsAMlNetFilter()
    {
        var threshold = Scored.GetColumn<float>("OodScore").Order().ElementAt(100);
        var accepted = _ml.Data.FilterRowsByColumn(Scored, "OodScore", upperBound: threshold);
        Assert.That(accepted.GetColumn<float>("OodScore"), Is.EqualTo(Scored.GetColumn<float>("OodScore").Where(score => score < threshold)));
    }

    private sealed class LabelledPrediction
    {
        public uint Label { get; set; }

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
