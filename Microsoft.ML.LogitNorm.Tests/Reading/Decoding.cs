using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Images decoded without a pipeline.</summary>
internal static class Decoding
{
    public const long MaxPixels = 100_000_000;

    /// <summary>Blue, green, red and alpha of each pixel.</summary>
    public static byte[] Pixels(
        byte[] image, int width, int height, ImageResizing resizing = ImageResizing.Crop, SKColor? background = null, long maxPixels = MaxPixels)
    {
        var decoder = new ImageDecoder(width, height, resizing, background ?? SKColors.White, maxPixels);
        var pixels = new byte[decoder.Bytes];
        decoder.Decode(ImageContent.OfBytes(image, "Photo"), pixels);
        return pixels;
    }

    /// <summary>Red, green and blue of one pixel of what was decoded.</summary>
    public static (int Red, int Green, int Blue) Pixel(byte[] pixels, int index) => (pixels[(4 * index) + 2], pixels[(4 * index) + 1], pixels[4 * index]);
}
