using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A model that tells what lies above from what lies below: a photo that was turned only in its file is the same photo to it.</summary>
[TestFixture]
internal sealed class TurnedVerdictTests
{
    private const int Width = 24, Height = 16, Side = 16;

    private readonly MLContext _ml = new(seed: 1);
    private ITransformer _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 48).Select(i => Photo(i)).ToArray());
        var scored = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.ReadImages("Image", Side, Side, "Photo"))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with
            {
                Loss = TrainingLoss.CrossEntropy(), Epochs = 20, LearningRate = 0.05,
            }))
            .Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);
        _model = scored.Append(_ml.Transforms.OodDetector(0.3).Fit(scored.Transform(rows)));
    }

    [OneTimeTearDown]
    public void Dispose() => (_model as IDisposable)?.Dispose();

    [Test]
    public void Predict_Turned_IsTheVerdictOfTheUprightCopy([Values("jpeg", "png", "webp")] string format, [Range(1, 8)] int orientation)
    {
        var upright = Verdicts(i => Encoded(i, format));
        var turned = Verdicts(i => EncodedImages.WithOrientation(Encoded(i, format, orientation), format, orientation));
        Assert.That(turned.Select(verdict => (verdict.PredictedLabel, verdict.IsOutOfDistribution)),
            Is.EqualTo(upright.Select(verdict => (verdict.PredictedLabel, verdict.IsOutOfDistribution))));
        // An image of its own size is the upright copy's to the bit; a JPEG's blocks are rounded another way.
        Assert.That(turned.Select(verdict => verdict.OodScore), Is.EqualTo(upright.Select(verdict => verdict.OodScore)).Within(format == "jpeg" ? 0.02 : 0));
    }

    // Or the test above would hold for a model that sees no difference.
    [Test]
    public void Predict_TurnedWithoutATag_IsAnotherVerdict()
    {
        var upright = Verdicts(i => Encoded(i, "png"));
        var upsideDown = Verdicts(i => Encoded(i, "png", orientation: 3));
        Assert.That(upright.Index().Count(row => row.Item.PredictedLabel == Label(row.Index)), Is.AtLeast(10));
        Assert.That(upright.Zip(upsideDown).Count(pair => pair.First.PredictedLabel != pair.Second.PredictedLabel), Is.AtLeast(10));
        Assert.That(upright.Select(verdict => verdict.IsOutOfDistribution), Does.Contain(true).And.Contain(false));
    }

    private Verdict[] Verdicts(Func<int, byte[]> photo)
        => [.. _ml.Data.CreateEnumerable<Verdict>(
            _model.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 12).Select(i => new Upload { Photo = photo(i) }))), reuseRowObject: false)];

    private static Upload Photo(int number) => new() { Photo = Encoded(number + 100, "png"), Label = Label(number) };

    private static byte[] Encoded(int number, string format, int orientation = 1)
    {
        using var bitmap = EncodedImages.Stored(Width, Height, orientation, (x, y) => Colour(number, x, y));
        return bitmap.Encode(format);
    }

    private static string Label(int number) => number % 2 == 0 ? "above" : "below";

    // It grows darker downwards or upwards, by more or less, and a little to one side.
    private static SKColor Colour(int number, int x, int y)
    {
        var (down, strength) = (number % 2 == 0 ? y : Height - 1 - y, 6 + (number * 5 % 6));
        var level = (byte)(220 - (down * strength) - (x * (number % 3)));
        return new(level, level, (byte)(level / 2));
    }

    private sealed class Upload
    {
        public byte[] Photo { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class Verdict
    {
        public string PredictedLabel { get; set; } = "";

        public float OodScore { get; set; }

        public bool IsOutOfDistribution { get; set; }
    }
}
