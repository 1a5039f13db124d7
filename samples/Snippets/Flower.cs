namespace Snippets;

/// <summary>A row of a table: something of a length, a width and a weight.</summary>
internal sealed class Flower
{
    public string Label { get; set; } = "";

    public float Length { get; set; }

    public float Width { get; set; }

    public float Weight { get; set; }

    /// <summary>Rows of two classes that differ in size; the weight follows from it, give or take a twentieth, times a factor.</summary>
    public static IReadOnlyList<Flower> Draw(int count, int seed, float heavier = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (length, width) = (i % 2 == 0 ? 5 + random.NextSingle() : 7 + random.NextSingle(), 2 + random.NextSingle());
            return new Flower
            {
                Label = i % 2 == 0 ? "small" : "large", Length = length, Width = width,
                Weight = length * width * heavier * (0.95f + (0.1f * random.NextSingle())),
            };
        })];
    }
}
