using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Two classes of colour images, of stripes that go across or down, as planes of bytes.</summary>
internal static class Stripes
{
    public static IDataView View(MLContext ml, int count, int side, int seed = 0)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
        {
            var (isAcross, phase, period) = (i % 2 == 0, random.Next(8), random.Next(3, 6));
            var pixels = new byte[3 * side * side];
            for (var p = 0; p < pixels.Length; p++)
                pixels[p] = (byte)(random.Next(60) + (((isAcross ? p / side % side : p % side) + phase) / period % 2 == 0 ? 180 : 0));
            return new Row { Label = isAcross ? "across" : "down", Image = pixels };
        }).ToList());
    }

    public sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType]
        public byte[] Image { get; set; } = [];
    }
}
