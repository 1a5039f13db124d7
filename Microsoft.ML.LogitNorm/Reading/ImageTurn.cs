using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Turns images as their EXIF tag says: each pixel comes to lie on one, so that what follows sees what it would see of the upright copy.</summary>
/// <remarks>EXIF 2.32, 4.6.4, tag 0x0112.</remarks>
internal static class ImageTurn
{
    /// <summary>The size of an image once it is turned.</summary>
    public static SKSizeI Size(SKSizeI stored, SKEncodedOrigin origin)
        => origin >= SKEncodedOrigin.LeftTop ? new(stored.Height, stored.Width) : stored;

    /// <summary>The image as it is to be seen.</summary>
    /// <param name="stored">The image as it is stored; disposed of where it is not what is returned.</param>
    /// <param name="origin">How it is turned.</param>
    /// <param name="allocate">Makes an image without content.</param>
    public static SKBitmap Apply(SKBitmap stored, SKEncodedOrigin origin, Func<SKImageInfo, SKBitmap> allocate)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
            return stored;
        using var owned = stored;
        var turned = allocate(stored.Info.WithSize(Size(stored.Info.Size, origin)));
        using var canvas = new SKCanvas(turned);
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.None, BlendMode = SKBlendMode.Src };
        canvas.SetMatrix(Matrix(stored.Width, stored.Height, origin));
        canvas.DrawBitmap(stored, 0, 0, paint);
        turned.SetImmutable();
        return turned;
    }

    private static SKMatrix Matrix(float width, float height, SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => new(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new(0, -1, height, -1, 0, width, 0, 0, 1),
        _ => new(0, 1, 0, -1, 0, width, 0, 0, 1),
    };
}
