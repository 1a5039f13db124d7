using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Where an image of one size comes to lie on a target of another, turned as its EXIF tag says.</summary>
/// <param name="Rectangle">Where all of it would be, in pixels of the target; it may be larger than the target.</param>
/// <param name="Origin">How it is turned.</param>
internal readonly record struct ImagePlacement(SKRect Rectangle, SKEncodedOrigin Origin)
{
    /// <summary>Places an image.</summary>
    /// <param name="size">The size of the image as it is stored.</param>
    /// <param name="origin">How it is to be turned.</param>
    /// <param name="target">The size of the target.</param>
    /// <param name="resizing">How the one becomes the other.</param>
    public static ImagePlacement Of(SKSizeI size, SKEncodedOrigin origin, SKSizeI target, ImageResizing resizing)
    {
        var (width, height) = Turned(size, origin);
        var (across, down) = ((double)target.Width / width, (double)target.Height / height);
        return new(resizing switch
        {
            ImageResizing.Stretch => new(0, 0, target.Width, target.Height),
            ImageResizing.Crop => Crop(Math.Max(across, down)),
            _ => Pad(Math.Min(across, down)),
        }, origin);

        SKRect Crop(double scale)
        {
            var (left, top) = ((target.Width - (width * scale)) / 2, (target.Height - (height * scale)) / 2);
            return new((float)left, (float)top, (float)(target.Width - left), (float)(target.Height - top));
        }

        // Whole pixels, so that its edges do not mix with the background.
        SKRect Pad(double scale)
        {
            var (wide, high) = (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
            return SKRect.Create((target.Width - wide) / 2, (target.Height - high) / 2, wide, high);
        }
    }

    /// <summary>How many pixels of the target lie on one of an image of this size, at most; below 1 it shrinks.</summary>
    public double ScaleOf(SKSizeI size)
    {
        var (width, height) = Turned(size, Origin);
        return Math.Max(Rectangle.Width / (double)width, Rectangle.Height / (double)height);
    }

    /// <summary>Whether each pixel of an image of this size comes to lie on one of the target.</summary>
    public bool IsExact(SKSizeI size)
        => (Rectangle.Width, Rectangle.Height) == Turned(size, Origin)
            && float.IsInteger(Rectangle.Left) && float.IsInteger(Rectangle.Top);

    /// <summary>From pixels of the image, of this size, to those of the target.</summary>
    public SKMatrix Matrix(SKSizeI size)
    {
        var (width, height) = Turned(size, Origin);
        var turn = Turn(size.Width, size.Height);
        return SKMatrix.CreateScale(Rectangle.Width / width, Rectangle.Height / height)
            .PostConcat(SKMatrix.CreateTranslation(Rectangle.Left, Rectangle.Top))
            .PreConcat(turn);
    }

    private static (int Width, int Height) Turned(SKSizeI size, SKEncodedOrigin origin)
        => origin >= SKEncodedOrigin.LeftTop ? (size.Height, size.Width) : (size.Width, size.Height);

    // (x, y) of the image as it is stored to that as it is to be seen.
    private SKMatrix Turn(float width, float height) => Origin switch
    {
        SKEncodedOrigin.TopRight => new(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
