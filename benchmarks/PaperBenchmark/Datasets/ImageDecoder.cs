using SkiaSharp;

namespace PaperBenchmark.Datasets;

/// <summary>Decodes an image in full, or says why it cannot be: pixels as they lie in the file, for a set's images are what its authors made them.</summary>
internal static class ImageDecoder
{
    // 100 megapixels: 400 MB decoded, more than any camera's picture and less than a bomb.
    private const long MostPixels = 100_000_000;

    /// <summary>The image as RGBA with 8 bits each, alpha not multiplied in; null where it cannot be decoded.</summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="reason">Why it cannot be, in a few words; null if it was.</param>
    public static SKBitmap? Decode(SKStreamAsset stream, out string? reason)
    {
        if (stream.Length == 0)
        {
            reason = "the file is empty";
            return null;
        }

        using var codec = SKCodec.Create(stream, out var opened);
        if (codec is null)
        {
            reason = Describe(opened);
            return null;
        }

        return Decode(codec, out reason);
    }

    private static SKBitmap? Decode(SKCodec codec, out string? reason)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if ((long)info.Width * info.Height > MostPixels)
        {
            reason = $"{info.Width} x {info.Height} pixels are too many";
            return null;
        }

        var bitmap = new SKBitmap(info);
        var decoded = codec.GetPixels(info, bitmap.GetPixels());
        if (decoded == SKCodecResult.Success)
        {
            reason = null;
            return bitmap;
        }

        bitmap.Dispose();
        reason = Describe(decoded);
        return null;
    }

    private static string Describe(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends too early",
        SKCodecResult.ErrorInInput => "the content is damaged",
        SKCodecResult.Unimplemented => "this is no image, or of a format that is not supported",
        _ => $"it cannot be decoded ({result})",
    };
}
