using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes small copies of images, as PNG files.</summary>
/// <param name="size">Pixels of the longer side, at most; nothing is made larger.</param>
internal sealed class Thumbnail(int size)
{
    private readonly OpaquePixels _opaque = new();

    /// <summary>A small copy, without transparency.</summary>
    public unsafe byte[] Of(MLImage image)
    {
        var colors = image.PixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888;
        fixed (byte* pixels = _opaque.Of(image.Pixels))
        {
            using var bitmap = new SKBitmap();
            bitmap.InstallPixels(new(image.Width, image.Height, colors, SKAlphaType.Opaque), (nint)pixels);
            var scale = size / (double)Math.Max(image.Width, image.Height);
            using var small = scale < 1 ? bitmap.Resize(new SKImageInfo(Scaled(image.Width), Scaled(image.Height)), SKFilterQuality.Medium) : null;
            using var file = (small ?? bitmap).Encode(SKEncodedImageFormat.Png, quality: 100);
            return file.ToArray();

            int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
        }
    }
}
