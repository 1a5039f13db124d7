using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Model;

public sealed class LogitNormModelTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodDetectorTransformer> _app = null!;

    [OneTimeSetUp]
    public void Train() => _app = TinyImages.Train(_ml);

    [OneTimeTearDown]
    public void Free() => _app.Dispose();

    // A file with such weights is refused; a training that diverged at its last step may leave them.
    [Test]
    public void Transform_LogitsThatAreNoNumbers_NamesTheRow()
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.VectorOfSingle);
        var rows = TinyImages.Rows(140).Select(row => new FloatRow { Image = [.. row.Image.Select(value => (float)value)] }).ToArray();
        rows[131].Image[5] = 3e38f;
        using (TorchSharp.torch.no_grad())
        using (var large = TorchSharp.torch.tensor(1e10f))
            model.Network.Classifier.HeadWeight.mul_(large);   // so that this row's logits are too large for a float, and no other's
        var view = model.Transform(_ml.Data.LoadFromEnumerable(rows));
        foreach (var column in (string[])["PredictedLabel", "Score", "Logits", "Embedding"])
            Assert.That(
                () => ColumnValues.Read(view, column),
                Throws.TypeOf<RowException>().With.Message.StartsWith("The logits of row 131 (counted from 0) are not finite"),
                column);
        using var engine = _ml.Model.CreatePredictionEngine<FloatRow, TinyImages.Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        Assert.That(() => engine.Predict(rows[131]), Throws.TypeOf<RowException>().With.Message.Contains("are not finite"));
        Assert.That(engine.Predict(rows[130]).Score.Sum(), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Transform_KnownClasses_ArePredicted()
    {
        var metrics = _ml.MulticlassClassification.Evaluate(_app.Transform(TinyImages.View(_ml, 60, seed: 5)));
        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.9));
    }

    [Test]
    public void Transform_ReadAhead_KeepsPassThroughColumnsWithTheirRow()
    {
        var rows = TinyImages.Rows(300, seed: 3);
        var predictions = Predict(_ml.Data.LoadFromEnumerable(rows));
        Assert.That(predictions.Select(p => (p.Id, p.Name, p.Numbers[1])), Is.EqualTo(rows.Select(r => (r.Id, r.Name, r.Numbers[1]))));
    }

    [Test]
    public void Transform_ShuffledFilteredOrCached_GivesEachRowTheSamePrediction()
    {
        var data = TinyImages.View(_ml, 300, seed: 3);
        var expected = Predict(data).ToDictionary(p => p.Id);
        IDataView[] others =
        [
            _ml.Data.ShuffleRows(data, seed: 7),
            _ml.Data.FilterRowsByColumn(data, "Order", 17, 230),
            _ml.Data.Cache(data),
            _ml.Data.TakeRows(_ml.Data.SkipRows(data, 5), 131),
            _ml.Data.ShuffleRows(_ml.Data.Cache(data), seed: 8, shufflePoolSize: 50),
        ];
        foreach (var other in others)
        {
            var predictions = Predict(other);
            Assert.That(predictions, Is.Not.Empty);
            foreach (var prediction in predictions)
            {
                Assert.That(prediction.Name, Is.EqualTo($"row {prediction.Id}"));
                Assert.That(prediction.Logits, Is.EqualTo(expected[prediction.Id].Logits).Within(1e-4f));
            }
        }
    }

    [Test]
    public void PredictionEngine_OneRowAtATime_EqualsBatches()
    {
        var rows = TinyImages.Rows(40, seed: 4);
        var batch = Predict(_ml.Data.LoadFromEnumerable(rows));
        using var engine = Engine();
        foreach (var (row, expected) in rows.Zip(batch))
        {
            var prediction = engine.Predict(row);
            Assert.That(prediction.PredictedLabel, Is.EqualTo(expected.PredictedLabel));
            Assert.That(prediction.Score, Is.EqualTo(expected.Score).Within(1e-5f));
            Assert.That(prediction.OodScore, Is.EqualTo(expected.OodScore).Within(1e-5f));
            Assert.That(prediction.IsOutOfDistribution, Is.EqualTo(expected.IsOutOfDistribution));
        }
    }

    [Test]
    public void PredictionEngine_FourThreads_GiveTheAnswersOfOne()
    {
        var rows = TinyImages.Rows(50, seed: 6);
        using var one = Engine();
        var expected = rows.Select(row => one.Predict(row).Logits).ToArray();
        var threads = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var engine = Engine();
                return Enumerable.Range(0, 5).Select(_ => rows.Select(row => engine.Predict(row).Logits).ToArray()).ToArray();
            },
            TaskCreationOptions.LongRunning)).ToArray();
        foreach (var round in threads.SelectMany(InTime.Result))
            Assert.That(round, Is.EqualTo(expected));
    }

    [Test]
    public void Transform_OnlyPassThroughColumns_RunsNoNetwork()
    {
        // Images of the wrong length would throw if they were read.
        var rows = TinyImages.Rows(3);
        var schema = SchemaDefinition.Create(typeof(TinyImages.Row));
        rows[1].Image = [1, 2, 3];
        var view = _app.Transform(_ml.Data.LoadFromEnumerable(rows, schema));
        Assert.That(view.GetColumn<int>("Id"), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(() => view.GetColumn<float>("OodScore").ToArray(), Throws.Exception);
    }

    [Test]
    public void SaveAndLoad_PlainModelLoad_PredictsTheSameBits()
    {
        var data = TinyImages.View(_ml, 40, seed: 9);
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.zip");
        _ml.Model.Save(_app, data.Schema, path);
        try
        {
            var fresh = new MLContext();
            var loaded = fresh.Model.Load(path, out var schema);
            using var _ = (IDisposable)loaded;
            Assert.That(schema["Image"].Type, Is.EqualTo(data.Schema["Image"].Type));
            var before = Predict(data);
            var after = fresh.Data.CreateEnumerable<TinyImages.Prediction>(loaded.Transform(data), reuseRowObject: false).ToArray();
            Assert.That(after.Select(p => p.Logits), Is.EqualTo(before.Select(p => p.Logits)));
            Assert.That(after.Select(p => p.Embedding), Is.EqualTo(before.Select(p => p.Embedding)));
            Assert.That(
                after.Select(p => (p.OodScore, p.OodConfidence, p.IsOutOfDistribution)),
                Is.EqualTo(before.Select(p => (p.OodScore, p.OodConfidence, p.IsOutOfDistribution))));
            Assert.That(Names(loaded.Transform(data).Schema), Is.EqualTo(TinyImages.Classes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Dispose_ThenScore_Throws()
    {
        var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 1 }).Fit(TinyImages.View(_ml, 32));
        var view = chain.Transform(TinyImages.View(_ml, 4));
        chain.Dispose();
        Assert.That(() => view.GetColumn<float[]>("Logits").ToArray(), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static string[] Names(DataViewSchema schema)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private TinyImages.Prediction[] Predict(IDataView data)
        => [.. _ml.Data.CreateEnumerable<TinyImages.Prediction>(_app.Transform(data), reuseRowObject: false)];

    private PredictionEngine<TinyImages.Row, TinyImages.Prediction> Engine()
        => _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(_app, new PredictionEngineOptions { OwnsTransformer = false });

    private sealed class FloatRow
    {
        [VectorType(3, TinyImages.Size, TinyImages.Size)]
        public float[] Image { get; set; } = [];
    }
}
