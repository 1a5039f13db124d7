namespace PaperBenchmark.Figures;

/// <summary>What the networks say of one image.</summary>
internal sealed record SoftmaxExample
{
    /// <summary>Where it comes from, such as <c>in-distribution: cat</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Width and height in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>[3, size, size]: all red values, then green, then blue.</summary>
    public required byte[] Pixels { get; init; }

    /// <summary>Its class among the names of the classes; null for an image of none of them.</summary>
    public int? Label { get; init; }

    /// <summary>For each loss the softmax output of its network, [classes].</summary>
    public required IReadOnlyList<float[]> Softmax { get; init; }
}
