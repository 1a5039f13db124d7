using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Whatever the bytes are: an image comes out, or the error that says what is wrong with them.</summary>
[TestFixture]
internal sealed class ImageFuzzTests
{
    private static readonly byte[][] _valid =
    [
        Picture("jpeg"), Picture("png"), Picture("webp"), EncodedImages.WithOrientation(Picture("png"), "png", 6),
        EncodedImages.WithOrientation(Picture("jpeg"), "jpeg", 7), EncodedImages.WithOrientation(Picture("webp"), "webp", 8),
        EncodedImages.Gif(SKColors.Red, SKColors.Blue), EncodedImages.CmykJpeg(1, 2, 3, 4), EncodedImages.IconBomb(),
        EncodedImages.Png(3, 8, 3, [[0, 1, 2]], ("PLTE", [0, 0, 0, 200, 100, 0, 0, 0, 0]), ("tRNS", [0, 128, 255])),
        EncodedImages.Png(2, 16, 2, [new byte[12], new byte[12]]),
    ];

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Decode_RandomBytes_IsTheError(byte[] bytes) => DecodesOrSaysWhy(bytes);

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Decode_RandomBytesBehindAStart_DecodesOrSaysWhy(byte[] bytes)
    {
        foreach (var image in _valid)
            DecodesOrSaysWhy([.. image[..Math.Min(image.Length, 30)], .. bytes]);
    }

    [FsCheck.NUnit.Property(MaxTest = 60)]
    public Property Decode_FlippedAndCut_DecodesOrSaysWhy()
        => Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), seed =>
            {
                var random = new Random(seed);
                foreach (var image in _valid)
                {
                    byte[] changed = [.. image[..random.Next(1, image.Length + 1)]];
                    for (var flips = random.Next(6); flips > 0; flips--)
                        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                    DecodesOrSaysWhy(changed);
                }
            });

    // Chunks of a PNG that claim any length: the largest in 31 and 32 bits, what the file has and one more or less.
    [Test]
    public void Decode_ChunkLengths_DecodesOrSaysWhy()
    {
        foreach (var image in _valid.Where(image => ImageSignature.IsPng(image)))
            foreach (var start in (int[])[8, 33])   // IHDR, and what follows it
                foreach (var type in (string[])["IHDR", "eXIf", "tEXt", "IDAT"])
                    foreach (var length in (uint[])[0, 1, 13, 14, (uint)image.Length - 42, (uint)image.Length - 41, 0x7FFF_FFFB, 0x7FFF_FFFF, 0x8000_0000, uint.MaxValue])
                    {
                        byte[] changed = [.. image];
                        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(start), length);
                        System.Text.Encoding.ASCII.GetBytes(type).CopyTo(changed.AsSpan(start + 4));
                        DecodesOrSaysWhy(changed);
                        DecodesOrSaysWhy(changed[..(start + 8)]);
                    }
    }

    private static void DecodesOrSaysWhy(byte[] bytes)
    {
        try
        {
            // Damaged headers tell of images of any size, which are not what is looked at here.
            var pixels = Decoding.Pixels(bytes, 4, 4, maxPixels: 100_000);
            for (var i = 3; i < pixels.Length; i += 4)
                if (pixels[i] != 255)
                    Assert.Fail($"A pixel is not opaque: {Convert.ToHexString(bytes)}");
        }
        catch (UnreadableImageException e)
        {
            Assert.That(e.Message, Does.StartWith("The image in column 'Photo' "));
        }
    }

    private static byte[] Picture(string format)
    {
        using var image = EncodedImages.Paint(20, 14, (x, y) => new((byte)(x * 12), (byte)(y * 18), (byte)(x * y), (byte)(format == "jpeg" ? 255 : x * 12)));
        return image.Encode(format);
    }
}
