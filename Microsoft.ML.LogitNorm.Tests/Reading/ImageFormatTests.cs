using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class ImageFormatTests
{
    [Test]
    public void Decode_SameSize_IsEachPixel([Values("png", "webp")] string format)
    {
        using var image = EncodedImages.Paint(7, 5, (x, y) => new((byte)(x * 30), (byte)(y * 40), (byte)(x * y * 7)));
        var pixels = Decoding.Pixels(image.Encode(format), 7, 5);
        Assert.That(
            Enumerable.Range(0, 35).Select(i => Decoding.Pixel(pixels, i)),
            Is.EqualTo(image.Pixels.Select(colour => ((int)colour.Red, (int)colour.Green, (int)colour.Blue))));
    }

    [Test]
    public void Decode_Cmyk_IsAsOnAScreen()
    {
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.CmykJpeg(0, 255, 255, 0), 8, 8), 20), Is.EqualTo((255, 0, 0)));
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.CmykJpeg(255, 0, 0, 0), 4, 4), 5), Is.EqualTo((0, 255, 255)));
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.CmykJpeg(0, 0, 0, 255), 4, 4), 5), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void Decode_SixteenBits_AreEight()
    {
        byte[] row = [0x12, 0x34, 0xAB, 0xCD, 0xFF, 0xFF, 0x00, 0x00, 0x80, 0x00, 0x40, 0x00];
        var pixels = Decoding.Pixels(EncodedImages.Png(2, depth: 16, colourType: 2, [row, row]), 2, 2);
        Assert.That(Decoding.Pixel(pixels, 0), Is.EqualTo((0x12, 0xAB, 0xFF)));
        Assert.That(Decoding.Pixel(pixels, 3), Is.EqualTo((0x00, 0x80, 0x40)));
    }

    [Test]
    public void Decode_Grey_HasThreeEqualChannels()
    {
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.Png(2, 8, 0, [[10, 200], [10, 200]]), 2, 2), 1), Is.EqualTo((200, 200, 200)));
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.Png(2, 1, 0, [[0b01000000], [0b10000000]]), 2, 2), 1), Is.EqualTo((255, 255, 255)));
    }

    [Test]
    public void Decode_Animation_IsTheFirstFrame()
        => Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.Gif(new(10, 20, 30), new(200, 0, 0)), 2, 2), 3), Is.EqualTo((10, 20, 30)));

    // Straight alpha, which WebP has too; a palette with an alpha each; grey with alpha.
    [TestCase("png")]
    [TestCase("webp")]
    public void Decode_Transparent_LiesOnTheBackground(string format)
    {
        var image = EncodedImages.Flat(new SKColor(0, 0, 0, 0), format);
        Assert.That(Decoding.Pixel(Decoding.Pixels(image, 6, 4), 3), Is.EqualTo((255, 255, 255)));
        Assert.That(Decoding.Pixel(Decoding.Pixels(image, 3, 2, background: new SKColor(1, 2, 3)), 3), Is.EqualTo((1, 2, 3)));
        Assert.That(Decoding.Pixel(Decoding.Pixels(EncodedImages.Flat(new SKColor(200, 100, 0, 128), format), 6, 4), 3), Is.EqualTo((227, 177, 127)).Using<(int, int, int)>(Near));
    }

    [Test]
    public void Decode_PaletteWithAlpha_LiesOnTheBackground()
    {
        byte[] palette = [0, 0, 0, 200, 100, 0, 0, 0, 0];
        var image = EncodedImages.Png(3, 8, 3, [[0, 1, 2]], ("PLTE", palette), ("tRNS", [0, 128, 255]));
        var pixels = Decoding.Pixels(image, 3, 1);
        Assert.That(Decoding.Pixel(pixels, 0), Is.EqualTo((255, 255, 255)));
        Assert.That(Decoding.Pixel(pixels, 1), Is.EqualTo((227, 177, 127)).Using<(int, int, int)>(Near));
        Assert.That(Decoding.Pixel(pixels, 2), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void Decode_GreyWithAlpha_LiesOnTheBackground()
    {
        var pixels = Decoding.Pixels(EncodedImages.Png(2, 8, 4, [[0, 0, 0, 255]]), 2, 1);
        Assert.That((Decoding.Pixel(pixels, 0), Decoding.Pixel(pixels, 1)), Is.EqualTo(((255, 255, 255), (0, 0, 0))));
    }

    [Test]
    public void Decode_OtherShape_IsCroppedPaddedOrStretched()
    {
        // Red, green, blue, four pixels each.
        using var image = EncodedImages.Paint(12, 4, (x, _) => x < 4 ? SKColors.Red : x < 8 ? new SKColor(0, 255, 0) : SKColors.Blue);
        var bytes = image.Encode("png");
        Assert.That(Decoding.Pixels(bytes, 4, 4).Chunk(4), Is.All.EqualTo(new byte[] { 0, 255, 0, 255 }), "crop");
        var padded = Decoding.Pixels(bytes, 12, 12, ImageResizing.Pad, new SKColor(9, 8, 7));
        Assert.That((Decoding.Pixel(padded, 0), Decoding.Pixel(padded, 12 * 4), Decoding.Pixel(padded, (12 * 7) + 11), Decoding.Pixel(padded, 12 * 8)),
            Is.EqualTo(((9, 8, 7), (255, 0, 0), (0, 0, 255), (9, 8, 7))));
        var stretched = Decoding.Pixels(bytes, 3, 3, ImageResizing.Stretch);
        Assert.That(Enumerable.Range(0, 3).Select(i => Decoding.Pixel(stretched, i)), Is.EqualTo([(255, 0, 0), (0, 255, 0), (0, 0, 255)]).Using<(int, int, int)>(Near));
    }

    // Stripes of one pixel: where a decoder only looks at some pixels, they come out black or white.
    [Test]
    public void Decode_FineStripes_AreGrey([Values("jpeg", "png", "webp")] string format)
    {
        using var image = EncodedImages.Paint(230, 230, (x, _) => x % 2 == 0 ? SKColors.Black : SKColors.White);
        var pixels = Decoding.Pixels(image.Encode(format), 23, 23);
        Assert.That(pixels.Chunk(4).Select(pixel => (int)pixel[1]), Is.All.InRange(100, 155));
    }

    private static bool Near((int Red, int Green, int Blue) one, (int Red, int Green, int Blue) other)
        => Math.Abs(one.Red - other.Red) <= 2 && Math.Abs(one.Green - other.Green) <= 2 && Math.Abs(one.Blue - other.Blue) <= 2;
}
