using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Image files as bytes: those that Skia encodes, and by hand those that it does not.</summary>
internal static class EncodedImages
{
    /// <summary>The colour of each pixel.</summary>
    public static SKBitmap Paint(int width, int height, Func<int, int, SKColor> colour)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colour(x, y));
        return bitmap;
    }

    /// <summary>Encoded by Skia; WebP without loss.</summary>
    public static byte[] Encode(this SKBitmap bitmap, string format) => format switch
    {
        "jpeg" => bitmap.Encode(SKEncodedImageFormat.Jpeg, 100).ToArray(),
        "png" => bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(),
        _ => bitmap.PeekPixels().Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100)).ToArray(),
    };

    /// <summary>A picture of one colour.</summary>
    public static byte[] Flat(SKColor colour, string format = "png", int width = 6, int height = 4)
    {
        using var bitmap = Paint(width, height, (_, _) => colour);
        return bitmap.Encode(format);
    }

    /// <summary>A picture as it lies in a file that says by its EXIF orientation how it is to be turned.</summary>
    /// <param name="width">Pixels across, once it is turned.</param>
    /// <param name="height">Pixels down, once it is turned.</param>
    /// <param name="orientation">EXIF 2.32, 4.6.4: which side of the picture the first row and the first column are.</param>
    /// <param name="colour">The colour of each pixel, once it is turned.</param>
    public static SKBitmap Stored(int width, int height, int orientation, Func<int, int, SKColor> colour)
    {
        if (orientation > 4)
            (width, height) = (height, width);
        return Paint(width, height, (x, y) =>
        {
            var (left, up) = orientation switch
            {
                1 => (x, y),
                2 => (width - 1 - x, y),
                3 => (width - 1 - x, height - 1 - y),
                4 => (x, height - 1 - y),
                5 => (y, x),
                6 => (height - 1 - y, x),
                7 => (height - 1 - y, width - 1 - x),
                _ => (y, width - 1 - x),
            };
            return colour(left, up);
        });
    }

    /// <summary>The file with an EXIF orientation.</summary>
    public static byte[] WithOrientation(byte[] image, string format, int orientation, bool bigEndian = false)
    {
        var exif = Exif(orientation, bigEndian);
        switch (format)
        {
            case "jpeg":
                byte[] segment = [.. "Exif\0\0"u8, .. exif];
                return [.. image[..2], 0xFF, 0xE1, .. Big((ushort)(segment.Length + 2)), .. segment, .. image[2..]];
            case "png":
                return [.. image[..33], .. Chunk("eXIf", exif), .. image[33..]];   // behind the signature and IHDR
            default:
                var body = image[12..];
                if (body.AsSpan().StartsWith("VP8X"u8))
                    body[8] |= 0x08;
                else
                {
                    using var codec = SKCodec.Create(new SKMemoryStream(image));
                    var (width, height) = (codec.Info.Width - 1, codec.Info.Height - 1);
                    body = [.. "VP8X"u8, 10, 0, 0, 0, 0x18, 0, 0, 0, (byte)width, (byte)(width >> 8), 0, (byte)height, (byte)(height >> 8), 0, .. body];
                }
                byte[] all = [.. "WEBP"u8, .. body, .. "EXIF"u8, .. Little(exif.Length), .. exif];
                return [.. "RIFF"u8, .. Little(all.Length), .. all];
        }
    }

    /// <summary>A PNG of rows as they are stored.</summary>
    /// <param name="width">Pixels across.</param>
    /// <param name="depth">Bits a sample.</param>
    /// <param name="colourType">0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha.</param>
    /// <param name="rows">The bytes of each row.</param>
    /// <param name="chunks">What stands between header and data, such as a palette.</param>
    public static byte[] Png(int width, byte depth, byte colourType, byte[][] rows, params (string Type, byte[] Data)[] chunks)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            foreach (var row in rows)
                zip.Write([0, .. row]);
        return [.. PngHeader(width, rows.Length, depth, colourType), .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)),
            .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A PNG's signature and header, without any picture data.</summary>
    public static byte[] PngHeader(int width, int height, byte depth = 8, byte colourType = 2)
        => [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", [.. Big(width), .. Big(height), depth, colourType, 0, 0, 0])];

    /// <summary>A PNG that says how large it is, and ends with the first bytes of its data.</summary>
    public static byte[] PngWithoutRows(int width, int height) => [.. PngHeader(width, height), .. Chunk("IDAT", [0x78, 0x9C, 0, 0])];

    /// <summary>An icon of 198 bytes, with a bitmap whose header says that it has 65,535 × 32,767 pixels.</summary>
    public static byte[] IconBomb()
        =>
        [
            0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 24, 0, .. Little(176), .. Little(22),
            .. Little(40), .. Little(65_535), .. Little(2 * 32_767), 1, 0, 24, 0, .. new byte[160],
        ];

    /// <summary>A GIF of 2×2 pixels with two frames, of a colour each.</summary>
    public static byte[] Gif(SKColor first, SKColor second)
    {
        // Three bits a code, the lowest first: clear, 0, 0, clear, 0, 0, end.
        static byte[] Frame(int index)
        {
            int[] codes = [4, index, index, 4, index, index, 5];
            var bits = codes.Select((code, i) => code << (3 * i)).Aggregate((all, code) => all | code);
            return [0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, (byte)bits, (byte)(bits >> 8), (byte)(bits >> 16), 0];
        }
        byte[] palette = [first.Red, first.Green, first.Blue, second.Red, second.Green, second.Blue, 0, 0, 0, 0, 0, 0];
        return [.. "GIF89a"u8, 2, 0, 2, 0, 0x81, 0, 0, .. palette, .. Frame(0), .. Frame(1), 0x3B];
    }

    /// <summary>A JPEG of 8×8 pixels of four inks, as Adobe's programs store them: 255 is none.</summary>
    public static byte[] CmykJpeg(byte cyan, byte magenta, byte yellow, byte black)
    {
        var bits = new List<bool>();
        foreach (var ink in (byte[])[cyan, magenta, yellow, black])
        {
            var dc = (255 - ink - 128) * 8;
            var size = dc == 0 ? 0 : 32 - int.LeadingZeroCount(Math.Abs(dc));
            Add(size, 4);                                           // the code of the size is the size
            Add(dc >= 0 ? dc : dc + (1 << size) - 1, size);
            Add(0, 1);                                              // no more coefficients
        }
        void Add(int value, int count)
        {
            for (var bit = count - 1; bit >= 0; bit--)
                bits.Add((value >> bit & 1) != 0);
        }
        byte[] data = [.. bits.Chunk(8).Select(part => (byte)part.Select((bit, i) => bit ? 0x80 >> i : 0).Concat(Enumerable.Range(part.Length, 8 - part.Length)
            .Select(i => 0x80 >> i)).Sum()).SelectMany(value => value == 0xFF ? new byte[] { 0xFF, 0 } : [value])];
        return
        [
            0xFF, 0xD8,
            0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, .. new byte[12], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
            0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
            0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0, .. data,
            0xFF, 0xD9,
        ];
    }

    private static byte[] Exif(int orientation, bool bigEndian)
        => bigEndian
            ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]
            : [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. type.Select(letter => (byte)letter), .. data];
        return [.. Big(data.Length), .. body, .. Big((int)Crc32.HashToUInt32(body))];
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Big(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Little(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
