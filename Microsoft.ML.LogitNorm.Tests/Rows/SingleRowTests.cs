using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>Row by row through a prediction engine: what is kept for a row must not be taken for the next one's.</summary>
public sealed class SingleRowTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodDetectorTransformer> _app = null!;

    [OneTimeSetUp]
    public void Create() => _app = UntrainedModel.App(_ml);

    [OneTimeTearDown]
    public void Free() => _app.Dispose();

    [Test]
    public void Predict_ManyRowsInOneEngine_EachGetsItsOwn()
    {
        var rows = TinyImages.Rows(30, seed: 4);
        var expected = _ml.Data.CreateEnumerable<TinyImages.Prediction>(_app.Transform(_ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToArray();
        using var engine = Engine();
        var reused = new TinyImages.Prediction();
        foreach (var (row, prediction) in rows.Zip(expected))
        {
            engine.Predict(row, ref reused);
            Assert.That((reused.Id, reused.Name), Is.EqualTo((row.Id, row.Name)));
            Assert.That(reused.Logits, Is.EqualTo(prediction.Logits).Within(1e-4));
            Assert.That(reused.OodScore, Is.EqualTo(prediction.OodScore).Within(1e-4));
        }
    }

    [Test]
    public void Predict_AfterABadRow_GoesOn()
    {
        var rows = TinyImages.Rows(3, seed: 4);
        using var fresh = Engine();
        var expected = fresh.Predict(rows[2]).Logits;
        using var engine = Engine();
        engine.Predict(rows[0]);
        rows[1].Image = [1, 2, 3];
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.That(() => engine.Predict(rows[1]), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("'Image'"));
        Assert.That(engine.Predict(rows[2]).Logits, Is.EqualTo(expected));
    }

    [Test]
    public void Dispose_Engine_LeavesASharedModelAlone()
    {
        var row = TinyImages.Rows(1)[0];
        using var engine = Engine();
        var expected = engine.Predict(row).Logits;
        Engine().Dispose();
        Assert.That(engine.Predict(row).Logits, Is.EqualTo(expected));
    }

    [Test]
    public void Dispose_EngineThatOwnsTheModel_EndsScoring()
    {
        var app = UntrainedModel.App(_ml);
        var view = app.Transform(TinyImages.View(_ml, 3));
        _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(app).Dispose();
        Assert.That(() => view.GetColumn<uint>("PredictedLabel").ToArray(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => view.GetColumn<float>("OodScore").ToArray(), Throws.TypeOf<ObjectDisposedException>());
    }

    // The batch that ends in front of a row that cannot be scored must not take in what was read of it.
    [Test]
    public void OodScore_LogitsNaNInTheMiddle_ScoresTheRowsInFront([Values(1, 2, 130)] int bad)
    {
        var rows = Enumerable.Range(0, 200).Select(i => new LogitsRow { Logits = [i, 0, i == bad ? float.NaN : 1] });
        var data = _ml.Data.LoadFromEnumerable(rows);
        using var score = _ml.Transforms.OodScore(OodScores.MaxLogit()).Fit(data);
        var view = score.Transform(data);
        Assert.That(_ml.Data.TakeRows(view, bad).GetColumn<float>("OodScore"), Is.EqualTo(Enumerable.Range(0, bad).Select(i => -Math.Max(i, 1f))));
        Assert.That(
            () => view.GetColumn<float>("OodScore").ToArray(), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains($"NaN in row {bad} "));
    }

    private PredictionEngine<TinyImages.Row, TinyImages.Prediction> Engine()
        => _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(_app, new PredictionEngineOptions { OwnsTransformer = false });

    private sealed class LogitsRow
    {
        [VectorType(3)]
        public float[] Logits { get; set; } = [];
    }
}
