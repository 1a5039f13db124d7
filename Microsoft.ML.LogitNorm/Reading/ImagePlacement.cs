using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Where an image of one size comes to lie on a target of another.</summary>
/// <param name="Rectangle">Where all of it would be, in pixels of the target; it may be larger than the target.</param>
internal readonly record struct ImagePlacement(SKRect Rectangle)
{
    /// <summary>Places an image.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="target">The size of the target.</param>
    /// <param name="resizing">How the one becomes the other.</param>
    public static ImagePlacement Of(SKSizeI size, SKSizeI target, ImageResizing resizing)
    {
        var (across, down) = ((double)target.Width / size.Width, (double)target.Height / size.Height);
        return new(resizing switch
        {
            ImageResizing.Stretch => new(0, 0, target.Width, target.Height),
            ImageResizing.Crop => Crop(Math.Max(across, down)),
            _ => Pad(Math.Min(across, down)),
        });

        SKRect Crop(double scale)
        {
            var (left, top) = ((target.Width - (size.Width * scale)) / 2, (target.Height - (size.Height * scale)) / 2);
            return new((float)left, (float)top, (float)(target.Width - left), (float)(target.Height - top));
        }

        // Whole pixels, so that its edges do not mix with the background.
        SKRect Pad(double scale)
        {
            var (wide, high) = (Math.Max(1, (int)Math.Round(size.Width * scale)), Math.Max(1, (int)Math.Round(size.Height * scale)));
            return SKRect.Create((target.Width - wide) / 2, (target.Height - high) / 2, wide, high);
        }
    }

    /// <summary>How many pixels of the target lie on one of an image of this size, at most; below 1 it shrinks.</summary>
    public double ScaleOf(SKSizeI size) => Math.Max(Rectangle.Width / (double)size.Width, Rectangle.Height / (double)size.Height);

    /// <summary>Whether each pixel of an image of this size comes to lie on one of the target.</summary>
    public bool IsExact(SKSizeI size)
        => Rectangle.Width == size.Width && Rectangle.Height == size.Height && float.IsInteger(Rectangle.Left) && float.IsInteger(Rectangle.Top);

    /// <summary>From pixels of an image of this size to those of the target.</summary>
    public SKMatrix Matrix(SKSizeI size)
        => SKMatrix.CreateScaleTranslation(Rectangle.Width / size.Width, Rectangle.Height / size.Height, Rectangle.Left, Rectangle.Top);
}
