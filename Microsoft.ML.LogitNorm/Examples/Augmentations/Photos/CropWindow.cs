namespace Microsoft.ML.LogitNorm;

/// <summary>The part of an image that a crop shows, in whole pixels, and whether it is mirrored.</summary>
/// <param name="Left">Its first column.</param>
/// <param name="Top">Its first line.</param>
/// <param name="Width">Its width, from 1 to the image's.</param>
/// <param name="Height">Its height, from 1 to the image's.</param>
/// <param name="Mirrored">Whether left and right are exchanged.</param>
internal readonly record struct CropWindow(int Left, int Top, int Width, int Height, bool Mirrored)
{
    private const int Attempts = 10;

    /// <summary>How many random numbers are drawn for one, whatever they come to.</summary>
    public const int Numbers = (2 * Attempts) + 3;

    /// <summary>A window.</summary>
    /// <param name="numbers">What is random about it.</param>
    /// <param name="crop">Its scales and ratios.</param>
    /// <param name="height">The image's height in pixels.</param>
    /// <param name="width">The image's width in pixels.</param>
    public static CropWindow Draw(DrawnNumbers numbers, RandomResizedCropAugmentation crop, long height, long width)
    {
        var (mirrored, left, top) = (numbers.Chance() && crop.Flip, numbers.Next(), numbers.Next());
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = height * width * Between(crop.MinScale, crop.MaxScale, numbers.Next());
            var ratio = Math.Exp(Between(Math.Log(crop.MinRatio), Math.Log(crop.MaxRatio), numbers.Next()));
            var (w, h) = ((long)Math.Round(Math.Sqrt(area * ratio)), (long)Math.Round(Math.Sqrt(area / ratio)));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
                return new((int)(left * (width - w + 1)), (int)(top * (height - h + 1)), (int)w, (int)h, mirrored);
        }
        return Middle(crop, height, width, mirrored);
    }

    /// <summary>The rows [2, 3] of the matrix by which a pixel's place gives the one that it comes from, both from −1 to 1 across the image.</summary>
    public float[] Matrix(long height, long width)
    {
        var (x, y) = ((double)Width / width, (double)Height / height);
        return [(float)(Mirrored ? -x : x), 0, (float)((((2.0 * Left) + Width) / width) - 1), 0, (float)y, (float)((((2.0 * Top) + Height) / height) - 1)];
    }

    private static CropWindow Middle(RandomResizedCropAugmentation crop, long height, long width, bool mirrored)
    {
        var ratio = Math.Clamp((double)width / height, crop.MinRatio, crop.MaxRatio);
        var w = Math.Clamp((long)Math.Round(height * ratio), 1, width);
        var h = Math.Clamp((long)Math.Round(w / ratio), 1, height);
        return new((int)((width - w) / 2), (int)((height - h) / 2), (int)w, (int)h, mirrored);
    }

    private static double Between(double least, double most, double share) => least + ((most - least) * share);
}
