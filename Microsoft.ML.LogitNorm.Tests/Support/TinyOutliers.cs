namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Images like <see cref="TinyImages"/> that belong to none of its classes: two channels are bright.</summary>
internal static class TinyOutliers
{
    public static List<TinyImages.Row> Rows(int count, int seed = 8)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var pixels = new byte[3 * TinyImages.Size * TinyImages.Size];
            for (var p = 0; p < pixels.Length; p++)
                pixels[p] = (byte)(random.Next(100) + (p / (TinyImages.Size * TinyImages.Size) == i % 3 ? 0 : 120));
            return new TinyImages.Row { Id = i, Order = i, Label = "", Image = pixels, Name = $"outlier {i}", Numbers = [i, -i] };
        })];
    }

    public static IDataView View(MLContext ml, int count, int seed = 8) => ml.Data.LoadFromEnumerable(Rows(count, seed));
}
