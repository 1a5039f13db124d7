using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SkiaSharp;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Rows whose image cannot be read, from the file to the decision: they are passed on, left out of what is learned, and named.</summary>
[TestFixture]
internal sealed class MarkedImagesTests
{
    private const int Count = 60;
    private static readonly int[] _broken = [4, 17, 31, 59];
    private static readonly SKColor[] _colours = [SKColors.Red, new(0, 255, 0), SKColors.Blue];

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private string[] _trainingWarnings = [];
    private TransformerChain<ITransformer> _reading = null!;
    private LogitNormModel _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        for (var i = 0; i < Count; i++)
            File.WriteAllBytes(_folder[$"{i}.png"], _broken.Contains(i) ? EncodedImages.PngHeader(8, 8) : EncodedImages.Flat(_colours[i % 3].WithGreen((byte)(40 * i))));
        _ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                _warnings.Add(e.Message);
        };
        var rows = View(Rows());
        _reading = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append<ITransformer>(_ml.Transforms.ReadImages("Image", TinyImages.Size, TinyImages.Size, "Path", _folder.Path, onError: ImageErrorMode.Mark))
            .Fit(rows);
        _model = _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Epochs = 1, ValidationSet = _reading.Transform(rows) })
            .Fit(_reading.Transform(rows));
        _trainingWarnings = [.. _warnings];
    }

    [OneTimeTearDown]
    public void Free()
    {
        _model.Dispose();
        _reading.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Fit_LeavesThemOutAndNamesTheFirst()
    {
        foreach (var role in (string[])["training", "validation"])
        {
            var warning = _trainingWarnings.Single(warning => warning.Contains($"4 {role} rows have no image that can be read; they are left out.", StringComparison.Ordinal));
            Assert.That(warning, Does.Contain($"row 4 (counted from 0): The file '{_folder["4.png"]}' ends too early").And.Contain("31.png").And.Not.Contain("59.png"));
        }
    }

    // One batch of all that have an image: with a row less there would be too few.
    [Test]
    public void Fit_Streamed_LeavesThemOut()
    {
        _warnings.Clear();
        var options = TinyImages.Options with { Epochs = 1, ImageCache = ImageCache.Stream, BatchSize = Count - _broken.Length };
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(_reading.Transform(View(Rows())));
        Assert.That(_warnings, Has.Some.Contains("4 training rows have no image"));
    }

    [Test]
    public void Read_SaysWhy()
    {
        var view = _reading.Transform(View(Rows()));
        var errors = view.GetColumn<string>("ImageError").ToArray();
        Assert.That(errors.Index().Where(error => error.Item.Length > 0).Select(error => error.Index), Is.EqualTo(_broken));
        Assert.That(errors[4], Does.StartWith($"The file '{_folder["4.png"]}' ends too early"));
        Assert.That(view.GetColumn<MLImage>("Image").Index().Where(image => image.Item is null).Select(image => image.Index), Is.EqualTo(_broken));
    }

    [Test]
    public void Model_PassesThemOn([Values] bool batch)
    {
        var found = Outputs(batch ? Scored(Rows()) : _ml.Data.LoadFromEnumerable(Predicted(Rows())));
        Assert.That(found.Index().Where(row => row.Item.PredictedLabel == 0).Select(row => row.Index), Is.EqualTo(_broken));
        foreach (var broken in _broken)
        {
            float[][] all = [found[broken].Score, found[broken].Logits, found[broken].Embedding, found[broken].LayerStatistics];
            Assert.That(all.Select(values => values.Length), Is.All.GreaterThan(2));
            Assert.That(all.SelectMany(values => values), Is.All.NaN);
        }
        // The others are as without them.
        var alone = Outputs(Scored(Rows().Where((_, i) => !_broken.Contains(i))));
        var others = found.Where((_, i) => !_broken.Contains(i)).ToArray();
        Assert.That(others.Select(row => row.PredictedLabel), Is.EqualTo(alone.Select(row => row.PredictedLabel)));
        Assert.That(others.SelectMany(row => row.Logits), Is.EqualTo(alone.SelectMany(row => row.Logits)).Within(1e-4));
    }

    [Test]
    public void Score_IsInfinite_AndTheDecisionOut([Values] bool perClass, [Values(0, 1, 2, 3)] int kind)
    {
        OodScore[] scores = [OodScores.MaxSoftmax(), OodScores.NearestNeighbours(3), OodScores.LayerGaussian(), OodScores.Odin()];
        var view = Scored(Rows());
        using var score = _ml.Transforms.OodScore(scores[kind]).Fit(view);
        var scored = score.Transform(view);
        var values = scored.GetColumn<float>("OodScore").ToArray();
        Assert.That(values.Index().Where(value => float.IsPositiveInfinity(value.Item)).Select(value => value.Index), Is.EqualTo(_broken));
        Assert.That(values.Where((_, i) => !_broken.Contains(i)).All(float.IsFinite), Is.True);

        _warnings.Clear();
        var detector = _ml.Transforms.OodDetector(0.2, perClass: perClass, predictedLabelColumnName: "Label").Fit(scored);
        Assert.That(detector.CalibrationCount, Is.EqualTo(Count - _broken.Length));
        Assert.That(_warnings.Single(), Does.Contain("4 calibration rows have no image").And.Contain("17.png"));
        var decided = detector.Transform(scored);
        var (outs, confidences) = (decided.GetColumn<bool>("IsOutOfDistribution").ToArray(), decided.GetColumn<float>("OodConfidence").ToArray());
        var fewest = perClass ? (Count / 3) - 2 : Count - 4;
        foreach (var broken in _broken)
            Assert.That((outs[broken], confidences[broken]), Is.EqualTo((true, (float)(1 - (1.0 / (fewest + 1))))));
        Assert.That(outs.Count(isOut => isOut), Is.LessThan(Count / 2));

        _warnings.Clear();
        var metrics = _ml.AnomalyDetection.EvaluateOod(decided, decided);
        Assert.That(metrics.Auroc, Is.EqualTo(0.5).Within(1e-6));
        Assert.That(_warnings.Count(warning => warning.Contains("-distribution rows have no image", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void Calibration_LeavesThemOut_AndPassesNaNOn()
    {
        _warnings.Clear();
        var view = Scored(Rows());
        var scaled = _ml.Transforms.TemperatureScaling().Fit(view).Transform(view);
        Assert.That(_warnings, Has.Some.Contains("4 labelled rows have no image"));
        var rows = Outputs(scaled);
        Assert.That(rows.Index().Where(row => row.Item.Score.All(float.IsNaN)).Select(row => row.Index), Is.EqualTo(_broken));
        Assert.That(rows.Where((_, i) => !_broken.Contains(i)).Select(row => row.Score.Sum()), Is.All.EqualTo(1).Within(1e-5));
        Assert.That(_ml.MulticlassClassification.EvaluateCalibration(scaled).Count, Is.EqualTo(Count - _broken.Length));
        Assert.That(_ml.MulticlassClassification.Evaluate(scaled).LogLoss, Is.Not.NaN);
    }

    [Test]
    public void Comparison_LeavesThemOut()
    {
        _warnings.Clear();
        var app = _reading.Append(_model);
        var rows = View(Rows());
        var found = _ml.AnomalyDetection.CompareOodScores(app, rows, new Dictionary<string, IDataView> { ["same"] = rows }, new()
        {
            Scores = [OodScores.Energy(), OodScores.NearestNeighbours(2)], TrainingData = rows, KeepRowScores = true,
        });
        Assert.That(found.Results.Select(result => (result.Failure, result.InDistributionScores!.Count)), Is.All.EqualTo(((string?)null, Count - _broken.Length)));
        Assert.That(_warnings, Has.Some.Contains("4 rows of inDistribution have no image").And.Some.Contains("4 rows to learn from have no image"));
    }

    [Test]
    public void Outliers_LeaveThemOut()
    {
        _warnings.Clear();
        var outliers = _reading.Transform(View(Rows().Select(row => row with { Label = "red" })));
        var trainer = _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Epochs = 1, OutlierSet = outliers });
        // They are training rows as well, which is an error that names one: the fifth of the rows that have an image.
        Assert.That(
            () => trainer.Fit(_reading.Transform(View(Rows().Skip(5)))),
            Throws.TypeOf<RowException>().With.Message.Contains("Row 4 (counted from 0) of OutlierSet").And.Message.Contains("Path '5.png'"));
    }

    private static IEnumerable<TestCaseData> WithoutAnImage()
    {
        var options = TinyImages.Options with { Epochs = 1 };
        yield return Case("training", "The training data", (test, good, none) => test.Train(options, none));
        yield return Case("streamed", "The training data", (test, good, none) => test.Train(options with { ImageCache = ImageCache.Stream }, none));
        yield return Case("validation", "ValidationSet", (test, good, none) => test.Train(options with { ValidationSet = none }, good));
        yield return Case("outliers", "OutlierSet", (test, good, none) => test.Train(options with { OutlierSet = none }, good));
        yield return Case("tuner", "The validation set", (test, good, none)
            => test._ml.MulticlassClassification.LogitNormTuner(new() { Trainer = options }).Tune(good, none));
        yield return Case("temperature", "The data to fit a temperature on", (test, good, none)
            => test._ml.Transforms.TemperatureScaling().Fit(test._model.Transform(none)));
        yield return Case("calibration", "The data to evaluate", (test, good, none)
            => test._ml.MulticlassClassification.EvaluateCalibration(test._model.Transform(none)));
        yield return Case("score", "The data to learn from", (test, good, none)
            => test._ml.Transforms.OodScore(OodScores.NearestNeighbours(2)).Fit(test._model.Transform(none)));
        yield return Case("detector", "The calibration data", (test, good, none) => test._ml.Transforms.OodDetector(0.2).Fit(test.Energy(none)));
        yield return Case("evaluation", "The set of out-of-distribution rows", (test, good, none)
            => test._ml.AnomalyDetection.EvaluateOod(test.Energy(good), test.Energy(none)));
        yield return Case("comparison", "The data of inDistribution", (test, good, none) => test._ml.AnomalyDetection.CompareOodScores(
            test._model, none, new Dictionary<string, IDataView> { ["same"] = good }, new() { Scores = [OodScores.Energy()] }));

        static TestCaseData Case(string name, string set, Action<MarkedImagesTests, IDataView, IDataView> use)
            => new TestCaseData(set, use).SetArgDisplayNames(name);
    }

    // As where ImageFolder is wrong. Not that labels are missing, which they are not.
    [TestCaseSource(nameof(WithoutAnImage))]
    public void NoImageCanBeRead_SaysSo(string set, object use)
    {
        var good = _reading.Transform(View(Rows().Where((_, i) => !_broken.Contains(i))));
        var none = _reading.Transform(View(Rows().Select(row => row with { Path = "elsewhere/" + row.Path })));
        Assert.That(
            () => ((Action<MarkedImagesTests, IDataView, IDataView>)use)(this, good, none),
            Throws.Exception.With.Message.StartWith(Invariant($"{set} has no row that can be used: {Count} have no image that can be read, and "))
                .And.Message.Contains("The first are row 0 (counted from 0): The file '").And.Message.Contains("0.png' is not there. Is the path right, and ImageFolder"));
    }

    [Test]
    public void ValidationFraction_HeldOutWithoutAnImage_SaysSo()
    {
        var options = TinyImages.Options with { Epochs = 1, Seed = 3, ValidationFraction = 0.05, BatchSize = 4 };
        var label = LabelColumn.Find(_reading.Transform(View(Rows())).Schema, "Label");
        var whole = _reading.Transform(View(Rows().Where((_, i) => !_broken.Contains(i))));
        // Rows keep their ids, by which they are chosen: break the files of those.
        var split = HeldOutRows.Choose(whole, label, 0.05, seed: 3, CancellationToken.None);
        var heldOut = split.Validation.GetColumn<string>("Path").ToHashSet();
        var broken = _reading.Transform(View(Rows().Where((_, i) => !_broken.Contains(i))
            .Select(row => heldOut.Contains(row.Path) ? row with { Path = "elsewhere/" + row.Path } : row)));
        Assert.That(
            () => Train(options, broken),
            Throws.InvalidOperationException.With.Message.StartWith(
                Invariant($"The part that ValidationFraction holds out has no row that can be used: {heldOut.Count} have no image that can be read, ")));
    }

    [Test]
    public void ValidationFraction_TheOtherRowsWithoutAnImage_SaysWhatDoesNotCount()
    {
        // Of the reds there are two: one is held out, whichever it is, and neither can be read.
        var rows = _reading.Transform(View(Rows().Where((row, i) => !_broken.Contains(i) && (row.Label != TinyImages.Classes[0] || i is 0 or 3))
            .Select(row => row.Label == TinyImages.Classes[0] ? row with { Path = "elsewhere/" + row.Path } : row)));
        Assert.That(
            () => Train(TinyImages.Options with { Epochs = 1, ValidationFraction = 0.1, BatchSize = 4 }, rows),
            Throws.InvalidOperationException.With.Message.Contains($"No training rows for 1 of the 3 classes of column 'Label': {TinyImages.Classes[0]}.")
                .And.Message.EndsWith("Rows that ValidationFraction holds out do not count, nor do those whose image cannot be read."));
    }

    private void Train(LogitNormTrainer.Options options, IDataView rows)
    {
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(rows);
    }

    private IDataView Energy(IDataView rows)
    {
        var view = _model.Transform(rows);
        return _ml.Transforms.OodScore(OodScores.Energy()).Fit(view).Transform(view);
    }

    private static IEnumerable<Photo> Rows() => Enumerable.Range(0, Count).Select(i => new Photo($"{i}.png", TinyImages.Classes[i % 3]));

    private IDataView View(IEnumerable<Photo> rows) => _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Path = row.Path, Label = row.Label }).ToList());

    private IDataView Scored(IEnumerable<Photo> rows) => _model.Transform(_reading.Transform(View(rows)));

    private List<Output> Predicted(IEnumerable<Photo> rows)
    {
        using var engine = _ml.Model.CreatePredictionEngine<Row, Output>(_reading.Append(_model), new PredictionEngineOptions { OwnsTransformer = false });
        return [.. rows.Select(row => engine.Predict(new Row { Path = row.Path, Label = row.Label }))];
    }

    private Output[] Outputs(IDataView view) => [.. _ml.Data.CreateEnumerable<Output>(view, reuseRowObject: false, ignoreMissingColumns: true)];

    private sealed record Photo(string Path, string Label);

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Output
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public float[] Logits { get; set; } = [];

        public float[] Embedding { get; set; } = [];

        public float[] LayerStatistics { get; set; } = [];
    }
}
