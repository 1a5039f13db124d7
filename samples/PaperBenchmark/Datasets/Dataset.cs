using PaperBenchmark.Datasets.Layouts;

namespace PaperBenchmark.Datasets;

/// <summary>A set of images that the program knows by name.</summary>
internal sealed record Dataset
{
    /// <summary>What it is called on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What it is called in tables.</summary>
    public required string Title { get; init; }

    /// <summary>The ways in which it may lie in the data root, the best first.</summary>
    public required IReadOnlyList<DatasetLayout> Layouts { get; init; }
}
