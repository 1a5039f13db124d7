using System.Buffers.Binary;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>How an image is to be turned, by the EXIF data of a PNG (chunk eXIf). Of JPEG and WebP Skia reads it.</summary>
/// <remarks>PNG, third edition, 11.3.3.3; EXIF 2.32, 4.6.4, tag 0x0112. What is not as it should be tells nothing: the image then stays as it is.</remarks>
internal static class ExifOrientation
{
    private const int ChunkHeader = 8, ChunkChecksum = 4;
    private const int MostExifBytes = 1 << 16;
    private const ushort Tag = 0x0112, Short = 3;

    /// <summary>The orientation of a PNG.</summary>
    /// <param name="png">The file, from its start.</param>
    public static SKEncodedOrigin OfPng(Stream png)
    {
        Span<byte> header = stackalloc byte[ChunkHeader];
        png.Position = ChunkHeader;   // as long as the signature
        while (png.ReadAtLeast(header, ChunkHeader, throwOnEndOfStream: false) == ChunkHeader)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length > png.Length - png.Position || header[4..].SequenceEqual("IEND"u8))
                break;
            if (header[4..].SequenceEqual("eXIf"u8))
            {
                var exif = new byte[(int)Math.Min(length, MostExifBytes)];
                return Of(exif.AsSpan(0, png.ReadAtLeast(exif, exif.Length, throwOnEndOfStream: false)));
            }
            png.Position += length + ChunkChecksum;
        }
        return SKEncodedOrigin.TopLeft;
    }

    /// <summary>The orientation that EXIF data tell.</summary>
    /// <param name="exif">The data, from their byte order mark.</param>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;
        var bigEndian = exif[0] == 'M';
        var directory = Number(exif[4..8]);
        if (directory > exif.Length - 2)
            return SKEncodedOrigin.TopLeft;
        var entries = exif[(int)directory..];
        var count = Number(entries[..2]);
        for (var at = 2; count > 0 && at + 12 <= entries.Length; at += 12, count--)
            if (Number(entries.Slice(at, 2)) == Tag
                && Number(entries.Slice(at + 2, 2)) == Short
                && Number(entries.Slice(at + 8, 2)) is >= 1 and <= 8 and var value)
                return (SKEncodedOrigin)value;
        return SKEncodedOrigin.TopLeft;

        uint Number(ReadOnlySpan<byte> bytes) => (bytes.Length, bigEndian) switch
        {
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        };
    }
}
