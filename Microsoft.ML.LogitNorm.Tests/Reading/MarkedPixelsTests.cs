using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>ML.NET's <c>ExtractPixels</c> makes zeros of a missing image, and forgets that it was missing: such rows are missing nevertheless.</summary>
[TestFixture]
internal sealed class MarkedPixelsTests
{
    private const int Count = 60;
    private static readonly int[] _broken = [4, 17, 31, 59];
    private static readonly int[] _otherBroken = [0, 8];

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private IDataView _rows = null!;
    private LogitNormModel _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        for (var i = 0; i < Count; i++)
        {
            var image = EncodedImages.Flat(SKColors.Red.WithGreen((byte)(40 * i)).WithBlue((byte)(80 * (i % 3))));
            File.WriteAllBytes(_folder[$"{i}.png"], _broken.Contains(i) ? EncodedImages.PngHeader(8, 8) : image);
            File.WriteAllBytes(_folder[$"other{i}.png"], _otherBroken.Contains(i) ? EncodedImages.PngHeader(8, 8) : image);
        }
        _ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                _warnings.Add(e.Message);
        };
        _rows = Read("", "Image", "ImageError", View());
        _model = _ml.MulticlassClassification.Trainers.LogitNorm(Options).Fit(Pixels(_rows));
    }

    [OneTimeTearDown]
    public void Free()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Fit_LeavesThemOut([Values] bool streamed)
    {
        _warnings.Clear();
        var options = Options with { ImageCache = streamed ? ImageCache.Stream : ImageCache.Auto, BatchSize = Count - _broken.Length };
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(Pixels(_rows));
        Assert.That(_warnings, Has.Some.Contains("4 training rows have no image").And.Some.Contains("4.png' ends too early"));
        options = options with { BatchSize = Count - _broken.Length + 1 };
        Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(Pixels(_rows)),
            Throws.InvalidOperationException.With.Message.Contains("there are only 56 training rows"));
    }

    [Test]
    public void Model_Score_AndDecision_PassThemOn()
    {
        var view = _model.Transform(Pixels(_rows));
        Assert.That(view.GetColumn<uint>("PredictedLabel").Index().Where(row => row.Item == 0).Select(row => row.Index), Is.EqualTo(_broken));
        Assert.That(view.GetColumn<float[]>("Logits").Index().Where(row => row.Item.All(float.IsNaN)).Select(row => row.Index), Is.EqualTo(_broken));
        var scored = _ml.Transforms.OodScore(OodScores.NearestNeighbours(3)).Fit(view).Transform(view);
        Assert.That(
            scored.GetColumn<float>("OodScore").Index().Where(row => float.IsPositiveInfinity(row.Item)).Select(row => row.Index), Is.EqualTo(_broken));
        var detector = _ml.Transforms.OodDetector(0.2).Fit(scored);
        Assert.That(detector.CalibrationCount, Is.EqualTo(Count - _broken.Length));
        Assert.That(_broken.Select(row => detector.Transform(scored).GetColumn<bool>("IsOutOfDistribution").ElementAt(row)), Is.All.True);
    }

    [Test]
    public void Promise_IsWhatIsDelivered()
    {
        var pixels = Pixels(_rows);
        var promised = _ml.MulticlassClassification.Trainers.LogitNorm(Options).GetOutputSchema(Shapes.Of(pixels.Schema));
        var delivered = Shapes.Of(_model.Transform(pixels).Schema);
        foreach (var name in (string[])["PredictedLabel", "Score", "Logits", "Embedding", "LayerStatistics"])
            Assert.That(
                promised.First(column => column.Name == name).Annotations.Select(annotation => (annotation.Name, annotation.ItemType)),
                Is.EquivalentTo(delivered.First(column => column.Name == name).Annotations.Select(annotation => (annotation.Name, annotation.ItemType))));
    }

    // Numbers of a network that is not this library's.
    [Test]
    public void Score_OfForeignNumbers_LeavesThemOut()
    {
        var pixels = Pixels(_rows);
        var embedding = _ml.Transforms.Concatenate("Embedding", "Pixels").Fit(pixels).Transform(pixels);
        using var score = _ml.Transforms.OodScore(OodScores.NearestNeighbours(2)).Fit(embedding);
        Assert.That(
            score.Transform(embedding).GetColumn<float>("OodScore").Index().Where(row => float.IsPositiveInfinity(row.Item)).Select(row => row.Index),
            Is.EqualTo(_broken));
    }

    [Test]
    public void TwoImageColumns_TheErrorsOfTheOneThatIsRead([Values] bool first)
    {
        var both = Read("Other", "Other", "OtherError", _rows);
        var (image, error, file) = first ? ("Image", "ImageError", "/4.png' ends") : ("Other", "OtherError", "/other0.png' ends");
        Assert.That(LeftOutRows.Columns(both.Schema, both.Schema[image]).Select(column => column.Name), Is.EqualTo([error]));   // the others are not decoded
        _warnings.Clear();
        var options = TinyImages.Options with { Epochs = 1, FeatureColumnName = image, BatchSize = 8 };
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(both);
        Assert.That(_warnings, Has.Some.Contains($"{(first ? 4 : 2)} training rows have no image").And.Some.Contains(file));
        var view = model.Transform(both);
        Assert.That(LeftOutRows.Columns(view.Schema, view.Schema["Logits"]).Select(column => column.Name), Is.EqualTo([error]));
        var scored = _ml.Transforms.OodScore(OodScores.Energy()).Fit(view).Transform(view);
        Assert.That(LeftOutRows.Columns(scored.Schema, scored.Schema["OodScore"]).Select(column => column.Name), Is.EqualTo([error]));
        _warnings.Clear();
        _ml.MulticlassClassification.EvaluateCalibration(view);
        Assert.That(_warnings, Has.Some.Contains(file));
    }

    [Test]
    public void TwoImageColumns_OneErrorColumn_IsRefused()
    {
        Assert.That(
            () => Read("Other", "Other", "ImageError", _rows),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("those of column 'Image'").And.Message.Contains("Give ErrorColumnName another name."));
        Assert.That(() => Read("", "Image", "ImageError", _rows), Throws.Nothing, "the images themselves may be read anew");
    }

    private static LogitNormTrainer.Options Options => TinyImages.Options with { Epochs = 1, FeatureColumnName = "Pixels" };

    private IDataView View()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Count)
            .Select(i => new Row { Path = $"{i}.png", OtherPath = $"other{i}.png", Label = TinyImages.Classes[i % 3] }).ToList());
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
    }

    private IDataView Pixels(IDataView rows) => _ml.Transforms.ExtractPixels("Pixels", "Image").Fit(rows).Transform(rows);

    private IDataView Read(string prefix, string image, string error, IDataView rows) => _ml.Transforms.ReadImages(new()
    {
        OutputColumnName = image, InputColumnName = prefix + "Path", ImageWidth = TinyImages.Size, ImageHeight = TinyImages.Size,
        ImageFolder = _folder.Path, OnError = ImageErrorMode.Mark, ErrorColumnName = error,
    }).Fit(rows).Transform(rows);

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public string OtherPath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
