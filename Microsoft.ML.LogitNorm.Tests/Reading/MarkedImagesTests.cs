using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SkiaSharp;

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
