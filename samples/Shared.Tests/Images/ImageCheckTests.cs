using Shared.CommandLine;
using Shared.Images;
using Shared.Painting;
using SkiaSharp;

namespace Shared.Tests.Images;

public sealed class ImageCheckTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Decode_BrokenFiles_AreNamedWithTheirReason()
    {
        var png = NoisePainter.Gaussian(32, new(1, "check")).EncodePng();
        using var bitmap = SKBitmap.Decode(png);
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        LabeledImage[] images =
        [
            Image("whole.png", png), Image("cut.png", png[..(png.Length / 2)]), Image("whole.jpg", jpeg.ToArray()), Image("cut.jpg", jpeg.ToArray()[..400]),
            Image("empty.png", []), Image("text.png", "no image"u8.ToArray()), new(_folder.At("gone.png"), "cat"),
        ];

        var check = ImageCheck.Decode(images, "--data photos");
        Assert.Multiple(() =>
        {
            Assert.That(check.Readable, Is.EqualTo(new[] { images[0], images[2] }));
            Assert.That(
                check.Unreadable.Select(u => Path.GetFileName(u.Path)),
                Is.EqualTo(new[] { "cut.png", "cut.jpg", "empty.png", "text.png", "gone.png" }));
            foreach (var (image, words) in check.Unreadable.Zip(["ends too early", "ends too early", "is empty", "is no image", "is not there"]))
                Assert.That(image.Reason, Does.Contain($"'{image.Path}' {words}"));
        });
    }

    [Test]
    public void Decode_NoneReadable_NamesTheSourceAndTheFirst()
        => Assert.That(() => ImageCheck.Decode([Image("empty.png", [])], "--data photos"),
            Throws.TypeOf<InputException>().With.Message.StartsWith("--data photos: none of the 1 images can be read").And.Message.Contains("empty.png"));

    private LabeledImage Image(string name, byte[] content) => new(_folder.Write(name, content), "cat");
}
