namespace Microsoft.ML.LogitNorm;

/// <summary>What kind of file some bytes are, by how they begin. Nothing but an image of a known kind comes to a decoder.</summary>
internal static class ImageSignature
{
    /// <summary>How many bytes tell.</summary>
    public const int Length = 12;

    private const string Supported = "JPEG, PNG, WebP, GIF, BMP and ICO are read";

    private static readonly byte[] _png = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Whether bytes begin as a PNG.</summary>
    public static bool IsPng(ReadOnlySpan<byte> start) => start.StartsWith(_png);

    /// <summary>Makes sure that bytes begin as an image that can be decoded.</summary>
    /// <param name="start">The first <see cref="Length"/> bytes, or all.</param>
    /// <param name="content">Whose they are, for messages.</param>
    /// <exception cref="UnreadableImageException">There are none, or they are of something else.</exception>
    public static void Check(ReadOnlySpan<byte> start, ImageContent content)
    {
        if (start.IsEmpty)
            throw content.Unreadable("is empty", "Get it anew, or remove the row.");
        if (IsSupported(start))
            return;
        throw Foreign(start) is { } kind
            ? content.Unreadable($"is {kind}, which is not supported", $"{Supported}: convert it.")
            : content.Unreadable("is no image", $"{Supported}. Get it anew, or remove the row.");
    }

    private static bool IsSupported(ReadOnlySpan<byte> start)
        => IsPng(start)
            || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])                     // JPEG
            || (start.StartsWith("RIFF"u8) && start.Length >= 12 && start[8..].StartsWith("WEBP"u8))
            || start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8)
            || start.StartsWith("BM"u8)
            || start.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0])                           // icon
            || start.StartsWith((ReadOnlySpan<byte>)[0, 0, 2, 0]);                          // cursor

    // What people take for an image, or save by mistake.
    private static string? Foreign(ReadOnlySpan<byte> start) => start switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', ..] => "an AVIF image",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', ..] => "a HEIC image",
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "a TIFF or raw camera image",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "a Photoshop file",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF",
        [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive",
        [(byte)'<', ..] => "a text such as SVG or a web page",
        _ => null,
    };
}
