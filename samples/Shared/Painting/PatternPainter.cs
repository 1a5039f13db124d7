namespace Shared.Painting;

/// <summary>Paints grey patterns with noise that any network tells apart: small data for what must be quick.</summary>
public static class PatternPainter
{
    /// <summary>Stripes that lie, the wider the larger <paramref name="number"/> modulo 5.</summary>
    public static Canvas Lying(int size, int number, SeededRandom noise) => Paint(size, noise, (_, y) => (int)(y / Width(number)) % 2 != 0);

    /// <summary>Stripes that stand, the wider the larger <paramref name="number"/> modulo 5.</summary>
    public static Canvas Standing(int size, int number, SeededRandom noise) => Paint(size, noise, (x, _) => (int)(x / Width(number)) % 2 != 0);

    /// <summary>Squares in rows and columns, which are neither.</summary>
    public static Canvas Dots(int size, SeededRandom noise)
        => Paint(size, noise, (x, y) => ((int)(x / 6) + (int)(y / 6)) % 2 == 0 && (int)(x / 6) % 3 == 0);

    private static int Width(int number) => 3 + (number % 5);

    private static Canvas Paint(int size, SeededRandom noise, Func<float, float, bool> isBright)
    {
        var canvas = new Canvas(size);
        canvas.Paint((x, y) => isBright(x, y) ? new(0.8f, 0.8f, 0.8f) : new(0.2f, 0.2f, 0.2f));
        canvas.AddNoise(0.1f, noise);
        return canvas;
    }
}
