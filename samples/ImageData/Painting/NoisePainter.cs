namespace ImageData.Painting;

/// <summary>Paints pixel noise: every channel of every pixel on its own.</summary>
public static class NoisePainter
{
    /// <summary>Raised whenever the same seed gives other pictures than before.</summary>
    public const int Version = 1;

    /// <summary>Mid-grey plus normally distributed noise of standard deviation 0.5, cut off at black and white.</summary>
    public static Canvas Gaussian(int size, SeededRandom random)
    {
        var canvas = new Canvas(size);
        canvas.Paint((_, _) => new(0.5f, 0.5f, 0.5f));
        canvas.AddNoise(0.5f, random);
        return canvas;
    }

    /// <summary>Every value between black and white equally likely.</summary>
    public static Canvas Uniform(int size, SeededRandom random)
    {
        var canvas = new Canvas(size);
        canvas.Paint((_, _) => Rgb.Random(random));
        return canvas;
    }
}
