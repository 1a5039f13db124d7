using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>All that works on images works on plain feature vectors.</summary>
[TestFixture]
public sealed class FeatureVectorTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<LogitNormModel> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = Moons.Pipeline(_ml).Fit(Moons.View(_ml, 400));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [Test]
    public void Fit_Moons_LearnsThem()
    {
        var metrics = _ml.MulticlassClassification.Evaluate(_model.Transform(Moons.View(_ml, 400, seed: 1)));
        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.97));
        Assert.That((_model.LastTransformer.ImageShape, _model.LastTransformer.FeatureCount), Is.EqualTo(((ImageShape?)null, (int?)2)));
        // Standardised by itself: the features' units differ by a factor of 100.
        Assert.That(_model.LastTransformer.Normalization.StandardDeviation[1] / _model.LastTransformer.Normalization.StandardDeviation[0], Is.InRange(50, 100));
    }

    [Test]
    public void Dense_WithoutHiddenLayers_IsALinearModel()
    {
        using var model = Moons.Pipeline(_ml, Moons.Options with { Backbone = Backbone.Dense(), Loss = TrainingLoss.CrossEntropy() }).Fit(Moons.View(_ml, 400));
        var rows = Moons.Rows(5, seed: 1);
        var normalization = model.LastTransformer.Normalization;
        var expected = rows.Select(row => row.Features.Select((value, i) => (value - normalization.Mean[i]) / normalization.StandardDeviation[i]));
        Assert.That(Column("Embedding"), Is.EqualTo(expected.SelectMany(row => row)).Within(1e-5), "its embedding is the standardised features");
        Assert.That(model.LastTransformer.ParameterCount, Is.EqualTo(2 * 2 + 2));
        Assert.That(_ml.MulticlassClassification.Evaluate(model.Transform(Moons.View(_ml, 400, seed: 1))).MicroAccuracy, Is.InRange(0.8, 0.95));

        float[] Column(string name) => [.. model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float[]>(name).SelectMany(row => row)];
    }

    [Test]
    public void Compare_AllScores_TakePartAndDistancesFindTheRing()
    {
        var comparison = _ml.AnomalyDetection.CompareOodScores(
            _model,
            Moons.View(_ml, 200, seed: 1),
            new Dictionary<string, IDataView> { ["ring"] = Moons.Ring(_ml, 200) },
            new() { TrainingData = Moons.View(_ml, 400) });
        Assert.That(comparison.Results.Select(result => result.Failure), Is.All.Null);
        Assert.That(comparison.Results, Has.Count.EqualTo(OodScores.All.Count));
        foreach (var name in (string[])["Mahalanobis", "Residual"])
            Assert.That(comparison.Results.Single(result => result.Score!.Name == name).MeanAuroc, Is.GreaterThan(0.9), comparison.ToMarkdown());
    }

    [Test]
    public void OodScore_EachScore_IsTheSameByPredictionEngineAndAfterLoading([Values] bool odin)
    {
        var score = odin ? OodScores.Odin(1000, 0.05) : OodScores.NearestNeighbours(5);
        using var fitted = _ml.Transforms.OodScore(score).Fit(_model.Transform(Moons.View(_ml, 400)));
        var chain = _model.Append(fitted);
        var rows = Moons.Rows(40, seed: 3);
        float[] expected = [.. chain.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("OodScore")];
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(30));
        using var loaded = (IDisposable)ModelFile.Of(_ml, chain, Moons.View(_ml, 1).Schema).Load(_ml, out _);
        Assert.That(((ITransformer)loaded).Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("OodScore"), Is.EqualTo(expected));
        using var engine = _ml.Model.CreatePredictionEngine<Moons.Row, Prediction>(
            (ITransformer)loaded, new PredictionEngineOptions { OwnsTransformer = false });
        Assert.That(rows.Select(row => engine.Predict(row).OodScore), Is.EqualTo(expected).Within(1e-5).Percent.Or.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void Odin_StepsByASharesOfTheFeaturesDeviation()
    {
        using var scope = torch.NewDisposeScope();
        var network = _model.LastTransformer.Network;
        Assert.That(network.StepUnit.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 1 }));
        var rows = torch.tensor(new float[,] { { 0.5f, 20 }, { 0, 70 } });
        var step = network.StepUnit.Times(0.25);
        var moved = new Odin(1, 0.25).Perturbed(network.Classifier, network.Normalize(rows), step) - network.Normalize(rows);
        Assert.That(moved.abs().data<float>().ToArray(), Is.All.EqualTo(0.25f).Within(1e-6f), "a quarter of each feature's deviation, whatever its unit");
    }

    [Test]
    public void Pipeline_DetectorAndTemperature_Work()
    {
        var calibration = Moons.View(_ml, 300, seed: 4);
        using var score = _ml.Transforms.OodScore(OodScores.Mahalanobis(1e-3)).Fit(_model.Transform(Moons.View(_ml, 400)));
        var scored = _model.Append(score);
        var detector = _ml.Transforms.OodDetector(0.05).Fit(scored.Transform(calibration));
        var decided = scored.Append(detector);
        Assert.That(Share(Moons.View(_ml, 1000, seed: 5)), Is.LessThan(0.1));
        Assert.That(Share(Moons.Ring(_ml, 200)), Is.GreaterThan(0.7));
        var scaled = _ml.Transforms.TemperatureScaling().Fit(_model.Transform(calibration)).Transform(_model.Transform(calibration));
        Assert.That(_ml.MulticlassClassification.EvaluateCalibration(scaled).ExpectedCalibrationError, Is.LessThan(0.1));

        double Share(IDataView rows) => decided.Transform(rows).GetColumn<bool>("IsOutOfDistribution").Average(decision => decision ? 1 : 0);
    }

    [Test]
    public void Fit_StoppedAndGoneOn_EndsWithTheSameWeights()
    {
        using var folder = new TemporaryFolder();
        var options = Moons.Options with { Epochs = 4, Backbone = Backbone.Dense([8], dropout: 0.2), CheckpointFile = folder["moons.checkpoint"] };
        using var whole = Moons.Pipeline(_ml, options with { CheckpointFile = null }).Fit(Moons.View(_ml, 100));
        Assert.That(
            () => Moons.Pipeline(_ml, options with { EpochCompleted = epoch => { if (epoch.Epoch == 3) throw new InvalidOperationException("stop"); } })
                .Fit(Moons.View(_ml, 100)),
            Throws.InvalidOperationException.With.Message.EqualTo("stop"));
        var epochs = new List<int>();
        using var resumed = Moons.Pipeline(_ml, options with { EpochCompleted = epoch => epochs.Add(epoch.Epoch) }).Fit(Moons.View(_ml, 100));
        Assert.That(epochs, Is.EqualTo(new[] { 3, 4 }));
        Assert.That(Logits(resumed), Is.EqualTo(Logits(whole)));
    }

    [Test]
    public void Fit_Streamed_LearnsAsWell()
    {
        using var model = Moons.Pipeline(_ml, Moons.Options with { ImageCache = ImageCache.Stream }).Fit(Moons.View(_ml, 400));
        Assert.That(_ml.MulticlassClassification.Evaluate(model.Transform(Moons.View(_ml, 400, seed: 1))).MicroAccuracy, Is.GreaterThan(0.97));
    }

    [Test]
    public void Tune_ChoosesByNoiseAroundTheFeatures()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(Moons.View(_ml, 4));
        var result = _ml.MulticlassClassification.LogitNormTuner(new() { Trainer = Moons.Options with { Epochs = 3 }, Taus = [0.1, 0.5], NoiseCount = 200 })
            .Tune(map.Transform(Moons.View(_ml, 200)), map.Transform(Moons.View(_ml, 100, seed: 1)));
        Assert.That(result.Trials, Has.All.Matches<TuningTrial>(trial => trial is { Failure: null, Auroc: not null }));

        // In another unit of a feature the noise is the same, and so are the trials.
        var scaled = _ml.Transforms.CustomMapping<Moons.Row, Moons.Row>(
            (from, to) => (to.Label, to.Features) = (from.Label, [from.Features[0], from.Features[1] / 64]), null);
        var (training, validation) = (Scaled(200, 0), Scaled(100, 1));
        var again = _ml.MulticlassClassification.LogitNormTuner(new() { Trainer = Moons.Options with { Epochs = 3 }, Taus = [0.1, 0.5], NoiseCount = 200 })
            .Tune(training, validation);
        Assert.That(again.Trials.Select(trial => trial.Auroc), Is.EqualTo(result.Trials.Select(trial => trial.Auroc)).Within(0.01));

        IDataView Scaled(int count, int seed)
        {
            var rows = Moons.View(_ml, count, seed);
            return map.Transform(scaled.Fit(rows).Transform(rows));
        }
    }

    // A table as ML.NET users have it: numbers in columns of their own, from a text file, by name. Two kinds are known, the third is a stranger.
    [Test]
    public void Fit_Table_FindsTheKindThatItNeverSaw()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Reference", "iris.txt");
        var all = _ml.Data.LoadFromTextFile<Flower>(file);
        var known = _ml.Data.FilterRowsByColumn(all, nameof(Flower.Kind), lowerBound: 0.5);
        var unknown = _ml.Data.FilterRowsByColumn(all, nameof(Flower.Kind), upperBound: 0.5);
        var parts = _ml.Data.TrainTestSplit(known, 0.3, seed: 1);
        using var model = _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Kind))
            .Append(_ml.Transforms.Concatenate(
                "Features", nameof(Flower.SepalLength), nameof(Flower.SepalWidth), nameof(Flower.PetalLength), nameof(Flower.PetalWidth)))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(Moons.Options with { Backbone = Backbone.Dense([16]) }))
            .Fit(parts.TrainSet);
        Assert.That(_ml.MulticlassClassification.Evaluate(model.Transform(parts.TestSet)).MicroAccuracy, Is.GreaterThan(0.85));
        var comparison = _ml.AnomalyDetection.CompareOodScores(
            model, parts.TestSet, new Dictionary<string, IDataView> { ["setosa"] = unknown }, new() { TrainingData = parts.TrainSet });
        Assert.That(comparison.Results.Count(result => result.Failure is null), Is.EqualTo(OodScores.All.Count), comparison.ToMarkdown());
        Assert.That(comparison.Best.MeanAuroc, Is.GreaterThan(0.9), comparison.ToMarkdown());
    }

    [Test]
    public void Fit_ColumnThatIsNoFeatureVector_SaysWhatToDo()
    {
        var trainer = _ml.MulticlassClassification.Trainers.LogitNorm(Moons.Options with { FeatureColumnName = "X" });
        AssertRefused(
            new VectorDataViewType(NumberDataViewType.Single, 3, 4, 4),
            "expected Vector<Single> of known length, at most 16 million, as Dense([32, 16]) takes it",
            "Choose a backbone for images");
        AssertRefused(new VectorDataViewType(NumberDataViewType.Single), "got Vector<Single>", "VectorType");
        AssertRefused(new VectorDataViewType(NumberDataViewType.Byte, 4), "Vector<Byte, 4>", "Conversion.ConvertType");
        AssertRefused(NumberDataViewType.Single, "got Single", "Concatenate");
        AssertRefused(TextDataViewType.Instance, "got String", "FeaturizeText");

        void AssertRefused(DataViewType type, params string[] parts)
        {
            var builder = new DataViewSchema.Builder();
            builder.AddColumn("Label", new KeyDataViewType(typeof(uint), 2));
            builder.AddColumn("X", type);
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(new SchemaOnly(builder.ToSchema())))!;
            foreach (var part in parts.Append("Schema mismatch for feature column 'X'"))
                Assert.That(error.Message, Does.Contain(part));
        }
    }

    [Test]
    public void Fit_ImageBackboneOnVectors_SaysWhatToDo()
        => Assert.That(
            () => Moons.Pipeline(_ml, Moons.Options with { Backbone = Backbone.WideResNet(10, 1) }).Fit(Moons.View(_ml, 40)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("feature column 'Features'").And.Message.Contains("choose Backbone.Dense()"));

    [Test]
    public void Trainer_OptionsOfImagesOnDense_AreRefused()
    {
        var trainers = _ml.MulticlassClassification.Trainers;
        Assert.That(
            () => trainers.LogitNorm(Moons.Options with { ImageShape = new(3, 8, 8) }),
            Throws.ArgumentException.With.Message.StartsWith("ImageShape is 3×8×8, but Dense([32, 16]) takes feature vectors"));
        Assert.That(
            () => trainers.LogitNorm(Moons.Options with { Augmentation = Augmentation.CropAndFlip() }),
            Throws.ArgumentException.With.Message.StartsWith("Augmentation is CropAndFlip(4)"));
        Assert.That(
            () => trainers.LogitNorm(Moons.Options with { Augmentation = Augmentation.Of(Augmentation.Cutout(2), Augmentation.PixMix()) }),
            Throws.ArgumentException.With.Message.StartsWith("Augmentation is Cutout(2) + PixMix(4, 3), which changes images"));
        Assert.That(() => trainers.LogitNorm(Moons.Options with { Augmentation = Augmentation.None() }), Throws.Nothing);
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void FitAndTransform_FeatureThatIsNotFinite_NamesTheRow(float value)
    {
        var rows = Moons.Rows(40);
        rows[7].Features[1] = value;
        Assert.That(
            () => Moons.Pipeline(_ml).Fit(_ml.Data.LoadFromEnumerable(rows)),
            Throws.TypeOf<RowException>().With.Message.StartsWith("Column 'Features' has a feature that is NaN or infinite in labelled row 7"));
        Assert.That(
            () => _model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<uint>("PredictedLabel").Count(),
            Throws.TypeOf<RowException>().With.Message.Contains("Column 'Features' has a feature that is").And.Message.Contains("row 7"));
    }

    [Test]
    public void Fit_ConstantFeature_NamesItUnlessNormalizationIsGiven()
    {
        var rows = Moons.Rows(40).Select(row => new ThreeFeatures { Label = row.Label, First = row.Features[0], Second = 4, Third = row.Features[1] });
        var prepared = _ml.Transforms.Concatenate("Features", "First", "Second", "Third")
            .Fit(_ml.Data.LoadFromEnumerable(rows))
            .Transform(_ml.Data.LoadFromEnumerable(rows));
        Assert.That(
            () => Moons.Pipeline(_ml).Fit(prepared),
            Throws.InvalidOperationException
                .With.Message.StartsWith("Column 'Features' has features that are the same in all training rows: ")
                .And.Message.Contains("1 'Second'"));
        using var model = Moons.Pipeline(_ml, Moons.Options with { Epochs = 1, Normalization = new([0, 4, 0], [1, 1, 100]) }).Fit(prepared);
        Assert.That(model.LastTransformer.FeatureCount, Is.EqualTo(3));
    }

    // Seconds since 1970, over half an hour: hardly a millionth of their size, and yet they vary.
    [Test]
    public void Fit_FeatureOfLargeMeanAndSmallDeviation_IsStandardised()
    {
        var random = new Random(1);
        float[] seconds = [.. Enumerable.Range(0, 60).Select(_ => 1.7e9f + (128 * random.Next(14)))];
        var rows = Moons.Rows(60)
            .Select((row, i) => new ThreeFeatures { Label = row.Label, First = row.Features[0], Second = seconds[i], Third = row.Features[1] });
        var data = _ml.Data.LoadFromEnumerable(rows);
        var prepared = _ml.Transforms.Concatenate("Features", "First", "Second", "Third").Fit(data).Transform(data);
        using var model = Moons.Pipeline(_ml, Moons.Options with { Epochs = 1 }).Fit(prepared);
        var mean = seconds.Average(value => (double)value);
        Assert.That(
            model.LastTransformer.Normalization.StandardDeviation[1],
            Is.EqualTo(Math.Sqrt(seconds.Average(value => (value - mean) * (value - mean)))).Within(1e-3).Percent);
    }

    [Test]
    public void Transform_VectorsOfAnotherLength_AreRefused()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Label", TextDataViewType.Instance);
        builder.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, 3));
        Assert.That(
            () => _model.Transform(new SchemaOnly(builder.ToSchema())),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("expected Vector<Single, 2>, as in training, got Vector<Single, 3>")
                .And.Message.Contains("same transforms as in training"));
    }

    // ONNX networks have the batch and what was pooled away as dimensions of 1.
    [Test]
    public void Fit_VectorWithDimensionsOfOne_IsAPlainVector()
    {
        var rows = Moons.Rows(60).Select(row => new OnnxFeatures { Label = row.Label, Features = row.Features });
        using var model = Moons.Pipeline(_ml, Moons.Options with { Epochs = 1 }).Fit(_ml.Data.LoadFromEnumerable(rows));
        using var plain = Moons.Pipeline(_ml, Moons.Options with { Epochs = 1 }).Fit(Moons.View(_ml, 60));
        Assert.That(model.LastTransformer.FeatureCount, Is.EqualTo(2));
        Assert.That(Logits(model), Is.EqualTo(Logits(plain)));
    }

    private float[] Logits(TransformerChain<LogitNormModel> model)
        => [.. model.Transform(Moons.View(_ml, 20, seed: 9)).GetColumn<float[]>("Logits").SelectMany(row => row)];

    private sealed class Prediction
    {
        public float OodScore { get; set; }
    }

    private sealed class OnnxFeatures
    {
        public string Label { get; set; } = "";

        [VectorType(1, 2, 1, 1)]
        public float[] Features { get; set; } = [];
    }

    private sealed class ThreeFeatures
    {
        public string Label { get; set; } = "";

        public float First { get; set; }

        public float Second { get; set; }

        public float Third { get; set; }
    }

    private sealed class Flower
    {
        [LoadColumn(0)]
        public float Kind { get; set; }

        [LoadColumn(1)]
        public float SepalLength { get; set; }

        [LoadColumn(2)]
        public float SepalWidth { get; set; }

        [LoadColumn(3)]
        public float PetalLength { get; set; }

        [LoadColumn(4)]
        public float PetalWidth { get; set; }
    }
}
