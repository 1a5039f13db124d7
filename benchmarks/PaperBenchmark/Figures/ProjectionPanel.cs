namespace PaperBenchmark.Figures;

/// <summary>The softmax outputs of one network.</summary>
internal sealed record ProjectionPanel
{
    /// <summary>The training loss.</summary>
    public required string Title { get; init; }

    /// <summary>Softmax outputs of in-distribution images, [N, classes].</summary>
    public required float[][] Known { get; init; }

    /// <summary>The class of each in-distribution image.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Softmax outputs of out-of-distribution images, [M, classes].</summary>
    public required float[][] Unknown { get; init; }
}
