using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class OpaquePixelsTests
{
    [Test]
    public void Of_Opaque_IsTheSameMemory()
    {
        byte[] pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        Assert.That(new OpaquePixels().Of(pixels) == pixels, Is.True);
    }

    // Half of (200, 100, 0), as it is and multiplied by its alpha.
    [TestCase(200, 100, 0, 227, 177, 127)]
    [TestCase(100, 50, 0, 227, 177, 127)]
    public void Of_HalfTransparent_LiesOnWhite(byte blue, byte green, byte red, byte onBlue, byte onGreen, byte onRed)
        => Assert.That(new OpaquePixels().Of([blue, green, red, 128]).ToArray(), Is.EqualTo(new byte[] { onBlue, onGreen, onRed, 255 }));

    [Test]
    public void Of_BlackInkOnNothing_IsBlackOnWhite()
        => Assert.That(new OpaquePixels().Of([0, 0, 0, 255, 0, 0, 0, 0]).ToArray(), Is.EqualTo(new byte[] { 0, 0, 0, 255, 255, 255, 255, 255 }));

    [Test]
    public void Of_NothingAtAll_IsWhite() => Assert.That(new OpaquePixels().Of(new byte[8]).ToArray(), Is.All.EqualTo(255));

    // A fourth byte that nobody set is no alpha.
    [Test]
    public void Of_ColoursWithoutAlpha_StaysAsItIs()
    {
        byte[] pixels = [1, 2, 3, 0, 4, 5, 6, 0];
        Assert.That(new OpaquePixels().Of(pixels) == pixels, Is.True);
    }

    [Test]
    public void Model_ImageWithAlpha_IsScoredAsOnWhite([Values] MLPixelFormat format, [Values] bool multiplied)
    {
        if (format == MLPixelFormat.Unknown)
            return;
        byte[] straight = [.. Enumerable.Range(0, TinyImages.Size * TinyImages.Size).SelectMany(i => new byte[] { (byte)(i * 3), 250, 30, (byte)(i * 4) })];
        var onWhite = straight.Chunk(4).SelectMany(p => new[] { On(p[0], p[3]), On(p[1], p[3]), On(p[2], p[3]), (byte)255 }).ToArray();
        var given = multiplied ? [.. straight.Chunk(4).SelectMany(p => new[] { Times(p[0], p[3]), Times(p[1], p[3]), Times(p[2], p[3]), p[3] })] : straight;
        Assert.That(Pixels(given, format), Is.EqualTo(Pixels(onWhite, format)));

        static byte Times(byte colour, byte alpha) => (byte)(((colour * alpha) + 127) / 255);
        static byte On(byte colour, byte alpha) => (byte)(Times(colour, alpha) + 255 - alpha);
    }

    private static byte[] Pixels(byte[] pixels, MLPixelFormat format)
    {
        var ml = new MLContext(seed: 1);
        using var image = MLImage.CreateFromPixels(TinyImages.Size, TinyImages.Size, format, pixels);
        var view = ml.Data.LoadFromEnumerable(new[] { new Row { Image = image } });
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
        var input = ImageInput.Find(view.Schema, "Image", null);
        var read = new byte[input.BytesPerRow];
        Assert.That(input.Open(cursor).Read(read), Is.True);
        return read;
    }

    private sealed class Row
    {
        [Transforms.Image.ImageType(TinyImages.Size, TinyImages.Size)]
        public MLImage Image { get; set; } = null!;
    }
}
