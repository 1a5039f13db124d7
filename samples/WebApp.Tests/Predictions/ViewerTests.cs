using SkiaSharp;
using WebApp.Tests.Support;

namespace WebApp.Tests.Predictions;

/// <summary>Images of every kind are judged as a viewer shows them.</summary>
internal sealed class ViewerTests
{
    private const int Side = 16;
    private static readonly SKColor _dark = new(51, 51, 51), _light = new(204, 204, 204);

    private RunningApp _app = null!;

    [OneTimeSetUp]
    public async Task Start() => _app = await SharedApp.Get();

    private static IEnumerable<TestCaseData> Images()
    {
        yield return Case("CMYK, no ink", EncodedImages.CmykJpeg(20, 20, 20, 20), "light");
        yield return Case("CMYK, black", EncodedImages.CmykJpeg(0, 0, 0, 210), "dark");
        yield return Case("16 bits, light", Rows(16, 2, [204, 0, 204, 0, 204, 0]), "light");
        yield return Case("16 bits, dark", Rows(16, 2, [51, 255, 51, 255, 51, 255]), "dark");
        yield return Case("grey, light", Rows(8, 0, [204]), "light");
        yield return Case("grey, dark", Rows(8, 0, [51]), "dark");
        yield return Case("animated, the first frame dark", EncodedImages.Gif(_dark, _light), "dark");
        yield return Case("animated, the first frame light", EncodedImages.Gif(_light, _dark), "light");
        yield return Case("transparent black, on white", EncodedImages.Flat(new SKColor(0, 0, 0, 20), "png", Side, Side), "light");
        yield return Case("transparent WebP, on white", EncodedImages.Flat(new SKColor(0, 0, 0, 20), "webp", Side, Side), "light");
        yield return Case("opaque WebP", EncodedImages.Flat(_dark, "webp", Side, Side), "dark");

        static TestCaseData Case(string name, byte[] image, string label) => new TestCaseData(image, label).SetArgDisplayNames(name);

        static byte[] Rows(byte depth, byte type, byte[] pixel)
            => EncodedImages.Png(
                Side, depth, type, [.. Enumerable.Range(0, Side).Select(_ => Enumerable.Repeat(pixel, Side).SelectMany(one => one).ToArray())]);
    }

    [TestCaseSource(nameof(Images))]
    public async Task Predict_EveryKind_IsAsAViewerShowsIt(byte[] image, string label)
        => Assert.That((await _app.Predict(("image", image)).Ok()).Results().Single().Text("predictedClass"), Is.EqualTo(label));

    [TestCase("png")]
    [TestCase("webp")]
    [TestCase("jpeg")]
    public async Task Predict_TurnedAndTagged_IsAsUpright(string format)
    {
        // Of one of the classes, as a stranger's score may be the highest there is in any position. The tag 8 says to turn it to the left.
        using var upright = SKBitmap.Decode(TinyModel.Known("dark", 3));
        using var lying = EncodedImages.Paint(Side, Side, (x, y) => upright.GetPixel(y, Side - 1 - x));
        var results = (await _app.Predict(
            ("upright", upright.Encode(format)),
            ("turned", EncodedImages.WithOrientation(lying.Encode(format), format, 8)),
            ("lying", lying.Encode(format))).Ok()).Results();

        var scores = results.Select(result => result.Number("oodScore")).ToArray();
        Assert.That(scores[1], Is.EqualTo(scores[0]).Within(0.01 * Math.Abs(scores[0])));
        Assert.That(scores[2], Is.Not.EqualTo(scores[0]).Within(0.01 * Math.Abs(scores[0])), "the model sees no difference, so the test shows nothing");
    }
}
