using Microsoft.ML.Data;
using Shared.Painting;

namespace Microsoft.ML.LogitNorm.Benchmarks.Pretrained;

/// <summary>Images of stripes in two colours, whose classes are directions: seven of them.</summary>
internal static class GratingImages
{
    public const int Side = 32, Directions = 7;

    /// <summary>Rows of the first classes, as many of each.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="classes">How many of the directions.</param>
    /// <param name="perClass">Rows of each.</param>
    /// <param name="part">What the rows are for: another part has other images.</param>
    public static IDataView View(MLContext ml, int classes, int perClass, string part)
        => ml.Data.LoadFromEnumerable(Enumerable.Range(0, classes * perClass).Select(i => Paint(i % classes, new SeededRandom(1, $"{part}/{i}"))).ToList());

    private static Row Paint(int direction, SeededRandom random)
    {
        var angle = MathF.PI * (direction + random.Between(-0.25f, 0.25f)) / Directions;
        var (across, down, phase) = (MathF.Cos(angle), MathF.Sin(angle), random.Between(0, 2 * MathF.PI));
        var frequency = 2 * MathF.PI * random.Between(0.08f, 0.2f);
        var light = Rgb.Random(random);
        var dark = Rgb.RandomAgainst(light, 0.3f, random);
        var canvas = new Canvas(Side);
        canvas.Paint((x, y) => light.Mix(dark, (1 + MathF.Sin((((x * across) + (y * down)) * frequency) + phase)) / 2));
        canvas.AddNoise(0.15f, random);
        var pixels = new byte[3 * Side * Side];
        canvas.CopyPlanes(pixels);
        return new() { Features = pixels, Label = $"direction {direction}" };
    }

    /// <summary>An image and its class.</summary>
    internal sealed class Row
    {
        [VectorType(3, Side, Side)]
        public byte[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
