namespace Shared.Painting;

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

    /// <summary>Every value black or white, equally likely.</summary>
    public static Canvas Rademacher(int size, SeededRandom random) => Coins(size, 0.5f, random);

    /// <summary>Soft-edged bright blobs on black: blurred coin tosses of which only what is brighter than most stays.</summary>
    /// <remarks>
    /// Seven of ten values white, a blur of 1.5 pixels over rows, columns and the three channels, and black wherever it is below 0.75.
    /// Hendrycks, Mazeika, Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019, arXiv 1812.04606; numbers from the authors' code.
    /// </remarks>
    public static Canvas Blobs(int size, SeededRandom random)
    {
        const float sigma = 1.5f;
        var canvas = Coins(size, 0.7f, random);
        canvas.Blur(sigma);
        canvas.BlurChannels(sigma);
        canvas.Change(color => new(Keep(color.R), Keep(color.G), Keep(color.B)));
        return canvas;

        static float Keep(float value) => value < 0.75f ? 0 : value;
    }

    private static Canvas Coins(int size, float white, SeededRandom random)
    {
        var canvas = new Canvas(size);
        canvas.Paint((_, _) => new(Toss(), Toss(), Toss()));
        return canvas;

        float Toss() => random.Chance(white) ? 1 : 0;
    }
}
