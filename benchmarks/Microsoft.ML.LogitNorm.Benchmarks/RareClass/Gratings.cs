using Shared.Painting;

namespace Microsoft.ML.LogitNorm.Benchmarks.RareClass;

/// <summary>Stripes in three directions, a third of half a turn apart, with their own colours, width, place and tilt, under noise that hides some of them.</summary>
internal static class Gratings
{
    public const int Side = 16, Classes = 3;

    /// <summary>So many images of each class, in turns as long as there are any.</summary>
    public static List<GratingRow> Rows(IReadOnlyList<int> counts, int seed)
    {
        var random = new SeededRandom(seed, "gratings");
        return [.. Enumerable.Range(0, counts.Max())
            .SelectMany(number => Enumerable.Range(0, Classes).Where(label => number < counts[label]))
            .Select(label => new GratingRow { Features = Paint(label, random), Label = (uint)label })];
    }

    private static byte[] Paint(int label, SeededRandom random)
    {
        var angle = (label + random.Between(-0.4f, 0.4f)) * MathF.PI / Classes;
        var (sin, cos) = MathF.SinCos(angle);
        var cycles = random.Between(1.5f, 3) * MathF.Tau / Side;
        var phase = random.Between(0, MathF.Tau);
        var dark = Rgb.Random(random);
        var bright = Rgb.RandomAgainst(dark, contrast: 0.15f, random);
        var canvas = new Canvas(Side);
        canvas.Paint((x, y) => dark.Mix(bright, 0.5f + (0.5f * MathF.Sin((cycles * ((cos * x) + (sin * y))) + phase))));
        canvas.AddNoise(0.15f, random);
        var planes = new byte[3 * Side * Side];
        canvas.CopyPlanes(planes);
        return planes;
    }
}
