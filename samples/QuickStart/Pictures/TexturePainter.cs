using Shared.Painting;

namespace QuickStart.Pictures;

/// <summary>Paints surfaces without any sign: far out-of-distribution pictures with structure.</summary>
internal static class TexturePainter
{
    /// <summary>A texture: draws its settings, and gives how much of the second colour there is at a point, in [0, 1].</summary>
    private delegate Func<float, float, float> Texture(SeededRandom random);

    private static readonly (string Kind, Texture Texture)[] Textures =
    [
        ("blobs", Blobs), ("checkers", Checkers), ("clouds", Clouds), ("dots", Dots), ("gratings", Gratings), ("rings", Rings), ("stripes", Stripes),
    ];

    /// <summary>The names of the textures.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Textures.Select(t => t.Kind)];

    public static Canvas Paint(int kind, SeededRandom random)
    {
        var canvas = new Canvas(SignPainter.Size);
        var amount = Textures[kind].Texture(random);
        var first = Rgb.Random(random);
        var second = Rgb.RandomAgainst(first, Difficulty.MinContrast, random);
        var pose = new Pose(random.Between(0, canvas.Size), random.Between(0, canvas.Size), 1, random.Between(0, 360), random.Between(0.7f, 1.4f));
        canvas.Paint((x, y) =>
        {
            var (u, v) = pose.ToShape(x, y);
            return first.Mix(second, Math.Clamp(amount(u, v), 0, 1));
        });
        SignPainter.Photograph(canvas, random);
        return canvas;
    }

    // One pixel wide transition between 0 and 1, so that hard patterns get smooth edges.
    private static float Edge(float distance) => Math.Clamp(0.5f - distance, 0, 1);

    // Distance to the nearest edge of bars of the given width: negative inside a bar, positive between bars.
    private static float Bars(float x, float width, float gap)
    {
        var period = width + gap;
        return MathF.Abs(x - period * MathF.Round(x / period)) - width / 2;
    }

    private static Func<float, float, float> Stripes(SeededRandom random)
    {
        float width = random.Between(1.5f, 6), gap = random.Between(1.5f, 6);
        return (x, _) => Edge(Bars(x, width, gap));
    }

    private static Func<float, float, float> Checkers(SeededRandom random)
    {
        var side = random.Between(2, 7);
        return (x, y) =>
        {
            float a = Edge(Bars(x, side, side)), b = Edge(Bars(y, side, side));
            return a * (1 - b) + b * (1 - a);
        };
    }

    private static Func<float, float, float> Dots(SeededRandom random)
    {
        float period = random.Between(4, 9), radius = period * random.Between(0.2f, 0.42f);
        return (x, y) =>
        {
            float u = x - period * MathF.Round(x / period), v = y - period * MathF.Round(y / period);
            return Edge(MathF.Sqrt(u * u + v * v) - radius);
        };
    }

    private static Func<float, float, float> Rings(SeededRandom random)
    {
        float width = random.Between(1.5f, 4), gap = random.Between(1.5f, 4);
        return (x, y) => Edge(Bars(MathF.Sqrt(x * x + y * y), width, gap));
    }

    private static Func<float, float, float> Gratings(SeededRandom random)
    {
        var waves = new (float X, float Y, float Phase)[1 + random.Below(3)];
        for (var i = 0; i < waves.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(random.Between(0, MathF.Tau));
            var frequency = MathF.Tau / random.Between(3, 14);
            waves[i] = (frequency * cos, frequency * sin, random.Between(0, MathF.Tau));
        }

        return (x, y) => 0.5f + 0.5f * waves.Sum(w => MathF.Sin(w.X * x + w.Y * y + w.Phase)) / waves.Length;
    }

    private static Func<float, float, float> Blobs(SeededRandom random)
    {
        var centers = new (float X, float Y, float Radius)[8 + random.Below(12)];
        for (var i = 0; i < centers.Length; i++)
            centers[i] = (random.Between(-32, 32), random.Between(-32, 32), random.Between(2, 6));
        return (x, y) => Edge(centers.Min(c => MathF.Sqrt((x - c.X) * (x - c.X) + (y - c.Y) * (y - c.Y)) - c.Radius));
    }

    // Three octaves of random values on a grid, smoothly interpolated.
    private static Func<float, float, float> Clouds(SeededRandom random)
    {
        const int Grid = 32;
        var values = new float[Grid * Grid];
        foreach (ref var value in values.AsSpan())
            value = random.Next();
        var cell = random.Between(5, 16);
        return (x, y) =>
        {
            float sum = 0, weight = 1;
            for (var (octave, side) = (0, cell); octave < 3; octave++, side /= 2, weight /= 2)
                sum += weight * (Smooth(x / side + 7 * octave, y / side) - 0.5f);
            return 0.5f + 1.2f * sum;
        };

        float At(int column, int row) => values[(row & (Grid - 1)) * Grid + (column & (Grid - 1))];

        float Smooth(float x, float y)
        {
            float left = MathF.Floor(x), top = MathF.Floor(y), u = x - left, v = y - top;
            u = u * u * (3 - 2 * u);
            v = v * v * (3 - 2 * v);
            int column = (int)left, row = (int)top;
            var above = At(column, row) * (1 - u) + At(column + 1, row) * u;
            var below = At(column, row + 1) * (1 - u) + At(column + 1, row + 1) * u;
            return above * (1 - v) + below * v;
        }
    }
}
