using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class ImageOrientationTests
{
    private const int Width = 24, Height = 16;

    // The lengths of the sides of what comes out: as it is, smaller by odd factors, larger.
    [Test]
    public void Decode_Turned_IsAsTheUprightCopy(
        [Values("jpeg", "png", "webp")] string format, [Range(1, 8)] int orientation, [Values] ImageResizing resizing, [Values(0, 5, 40)] int side)
    {
        var (width, height) = side == 0 ? (Width, Height) : (side, side);
        using var upright = EncodedImages.Paint(Width, Height, Colour);
        using var stored = EncodedImages.Stored(Width, Height, orientation, Colour);
        var turned = EncodedImages.WithOrientation(stored.Encode(format), format, orientation, bigEndian: orientation % 2 == 0);
        var expected = Decoding.Pixels(upright.Encode(format), width, height, resizing);
        var found = Decoding.Pixels(turned, width, height, resizing);
        var most = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
        // What is decoded at a smaller scale, as JPEG and WebP are, is not quite symmetric.
        Assert.That(most, Is.LessThanOrEqualTo(format switch { "png" => 0, "jpeg" => 8, _ => side == 5 ? 4 : 0 }));
    }

    [Test]
    public void Decode_OrientationThatIsNone_StaysAsItIs([Values("jpeg", "png", "webp")] string format, [Values(0, 9, 255)] int orientation)
    {
        using var image = EncodedImages.Paint(Width, Height, Colour);
        var bytes = image.Encode(format);
        Assert.That(
            Decoding.Pixels(EncodedImages.WithOrientation(bytes, format, orientation), Width, Height),
            Is.EqualTo(Decoding.Pixels(bytes, Width, Height)));
    }

    // Cut off at every place, and with every byte changed: whatever it tells, it ends.
    [Test]
    public void OfExif_Damaged_IsTopLeftOrAnother()
    {
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        Assert.That(ExifOrientation.Of(exif), Is.EqualTo(SKEncodedOrigin.RightTop));
        for (var length = 0; length < 20; length++)
            Assert.That(ExifOrientation.Of(exif.AsSpan(0, length)), Is.EqualTo(SKEncodedOrigin.TopLeft));
        for (var i = 0; i < exif.Length; i++)
        {
            byte[] changed = [.. exif];
            changed[i] ^= 0xFF;
            Assert.That(ExifOrientation.Of(changed), Is.InRange(SKEncodedOrigin.TopLeft, SKEncodedOrigin.LeftBottom));
        }
    }

    private static SKColor Colour(int x, int y) => new((byte)(20 + (x * 9)), (byte)(30 + (y * 12)), (byte)(200 - (x * 5)));
}
