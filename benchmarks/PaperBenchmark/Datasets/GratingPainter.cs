using Shared.Painting;

namespace PaperBenchmark.Datasets;

/// <summary>Paints stripes whose direction is the class: a task that a small network learns within moments, for trying the program out.</summary>
internal static class GratingPainter
{
    /// <summary>The directions, an eighth of a turn from one to the next.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["upright", "rising", "level", "falling"];

    /// <summary>A sine grating with its own colours, width, place and tilt, under noise that hides some of it.</summary>
    /// <param name="direction">The number of the class.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="random">This picture's own numbers.</param>
    public static Canvas Paint(int direction, int size, SeededRandom random)
    {
        var angle = (direction + random.Between(-0.4f, 0.4f)) * MathF.PI / Classes.Count;
        var (sin, cos) = MathF.SinCos(angle);
        var cycles = random.Between(1.5f, 3) * MathF.Tau / size;
        var phase = random.Between(0, MathF.Tau);
        var dark = Rgb.Random(random);
        var bright = Rgb.RandomAgainst(dark, contrast: 0.15f, random);
        var canvas = new Canvas(size);
        canvas.Paint((x, y) => dark.Mix(bright, 0.5f + 0.5f * MathF.Sin(cycles * (cos * x + sin * y) + phase)));
        canvas.AddNoise(0.15f, random);
        return canvas;
    }
}
