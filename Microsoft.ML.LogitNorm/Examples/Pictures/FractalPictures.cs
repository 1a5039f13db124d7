using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Colourful pictures of fractals: structure of every size that shows nothing of this world, made out of random numbers alone.</summary>
/// <remarks>
/// Each is an <see cref="IteratedFunctions"/> system, painted by so many of its points: brightness is the logarithm of how many fall on a pixel, colour
/// their mean, before a plain background. They take the place of the fractals that Hendrycks et al., "PixMix", CVPR 2022, arXiv 2112.05135, collected from
/// the web.
/// </remarks>
internal static class FractalPictures
{
    private const int PointsPerPixel = 8;

    /// <summary>Makes pictures, on all processors.</summary>
    /// <param name="count">How many.</param>
    /// <param name="height">Their height in pixels.</param>
    /// <param name="width">Their width in pixels.</param>
    /// <param name="seed">The same seed gives the same pictures; the first of many are those of few.</param>
    /// <returns>[count, height, width, 3], bytes, on the CPU, in the caller's scope.</returns>
    /// <remarks>Cost: O(count · height · width), 8 points for each pixel.</remarks>
    public static Tensor Make(int count, int height, int width, int seed)
    {
        var size = checked(height * width * 3);
        var pixels = new byte[checked(count * size)];
        Parallel.For(0, count, number => Paint(pixels.AsSpan(number * size, size), height, width, PictureRandom.Of(seed, number)));
        return tensor(pixels, [count, height, width, 3]);
    }

    private static void Paint(Span<byte> pixels, int height, int width, PictureRandom random)
    {
        var fractal = IteratedFunctions.Draw(random);
        var (background, fade) = (Background(random), random.Next(0.35, 0.7));
        var sums = new float[pixels.Length];   // of the colours of each pixel's points
        var counts = new int[height * width];
        var (scaleX, scaleY) = (width / (fractal.Right - fractal.Left), height / (fractal.Bottom - fractal.Top));
        for (var i = 0; i < PointsPerPixel * counts.Length; i++)
        {
            var point = fractal.Step(random);
            var (x, y) = ((point.X - fractal.Left) * scaleX, (point.Y - fractal.Top) * scaleY);
            if (!(x >= 0 && y >= 0 && x < width && y < height))   // NaN, of a fractal without extent, is outside too
                continue;
            var place = ((int)y * width) + (int)x;
            counts[place]++;
            sums[3 * place] += point.Red;
            sums[(3 * place) + 1] += point.Green;
            sums[(3 * place) + 2] += point.Blue;
        }
        var most = Math.Log(1 + counts.Max());
        for (var i = 0; i < pixels.Length; i++)
        {
            var points = counts[i / 3];
            var share = points == 0 ? 0 : Math.Pow(Math.Log(1 + points) / most, fade);
            var colour = points == 0 ? 0 : sums[i] / points;
            pixels[i] = (byte)Math.Round(255 * ((share * colour) + ((1 - share) * background[i % 3])));
        }
    }

    // Mostly dark, as light shows best before it.
    private static double[] Background(PictureRandom random)
    {
        var light = random.Next() * random.Next();
        return [light * random.Next(), light * random.Next(), light * random.Next()];
    }
}
