using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class ReadImagesOptionsTests
{
    private static readonly ImageReadingEstimator.Options _options = new() { OutputColumnName = "Image", ImageWidth = 8, ImageHeight = 8 };

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Options_ThatCannotBe_AreRefused()
    {
        Assert.That(() => _options with { OutputColumnName = "" }, Throws.ArgumentException.With.Message.Contains("OutputColumnName is empty"));
        Assert.That(() => _options with { InputColumnName = "" }, Throws.ArgumentException.With.Message.Contains("InputColumnName is empty"));
        Assert.That(() => _options with { ErrorColumnName = "" }, Throws.ArgumentException.With.Message.Contains("ErrorColumnName is empty"));
        Assert.That(() => _options with { ImageWidth = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 pixel"));
        Assert.That(() => _options with { ImageHeight = -1 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _options with { MaxPixels = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _options with { Resizing = (ImageResizing)9 }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Crop, Pad, Stretch"));
        Assert.That(() => _options with { OnError = (ImageErrorMode)9 }, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Throw, Mark"));
        Assert.That(
            () => _options with { Background = System.Drawing.Color.Transparent }, Throws.ArgumentException.With.Message.Contains("which is not opaque"));
    }

    // What stands in model files: a property that is renamed, or has another meaning, needs a new version of the part.
    [Test]
    public void Options_InAFile_AreThese()
        => Assert.That(
            JsonSerializer.Serialize(ImageReading.Of(_options with { ImageFolder = "photos", OnError = ImageErrorMode.Mark }), ModelJson.Options),
            Is.EqualTo(
                """{"Output":"Image","Input":"Image","Width":8,"Height":8,"Folder":"photos","Resizing":"Crop","MaxPixels":100000000,"""
                + "\"ErrorColumn\":\"ImageError\",\"Background\":[255,255,255]}"));

    [TestCase(ImageErrorMode.Throw)]
    [TestCase(ImageErrorMode.Mark)]
    public void Options_OfATransformer_MakeOneThatReadsAlike(ImageErrorMode onError)
    {
        var options = new ImageReadingEstimator.Options
        {
            OutputColumnName = "Picture",
            InputColumnName = "Path",
            ImageWidth = 8,
            ImageHeight = 6,
            ImageFolder = "photos",
            Resizing = ImageResizing.Pad,
            Background = System.Drawing.Color.FromArgb(1, 2, 3),
            MaxPixels = 1_000,
            OnError = onError,
            ErrorColumnName = onError == ImageErrorMode.Mark ? "Why" : "ImageError",
        };
        var rows = _ml.Data.LoadFromEnumerable(new[] { new { Path = "" } });

        Assert.That(_ml.Transforms.ReadImages(options).Fit(rows).Options, Is.EqualTo(options));
        Assert.That(
            ImageReading.Of(_ml.Transforms.ReadImages("Image", 8, 8, "Path").Fit(rows).Options),
            Is.EqualTo(ImageReading.Of(_options with { InputColumnName = "Path" })));
    }

    [Test]
    public void Options_ThatDoNotGoTogether_AreRefused()
    {
        var mark = _options with { OnError = ImageErrorMode.Mark };
        Assert.That(
            () => _ml.Transforms.ReadImages(mark with { ErrorColumnName = "Image" }),
            Throws.ArgumentException.With.Message.Contains("ErrorColumnName is 'Image', which is the column of the images"));
        Assert.That(
            () => _ml.Transforms.ReadImages(mark with { InputColumnName = "ImageError" }),
            Throws.ArgumentException.With.Message.Contains("the column of the paths or bytes"));
        Assert.That(
            () => _ml.Transforms.ReadImages("Image", 50_000, 50_000), Throws.ArgumentException.With.Message.Contains("50,000 × 50,000 pixels"));
        Assert.That(() => _ml.Transforms.ReadImages(null!), Throws.ArgumentNullException);
    }
}
