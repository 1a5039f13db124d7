using PaperBenchmark.Datasets.Download;
using PaperBenchmark.Datasets.Layouts;

namespace PaperBenchmark.Datasets;

/// <summary>A set of images that the program knows by name.</summary>
internal sealed record Dataset
{
    /// <summary>What it is called on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What it is called in tables.</summary>
    public required string Title { get; init; }

    /// <summary>Who made it, and where that is described.</summary>
    public required string Paper { get; init; }

    /// <summary>What its publisher says about its use.</summary>
    public required string License { get; init; }

    /// <summary>The ways in which it may lie in the data root, the best first.</summary>
    public required IReadOnlyList<DatasetLayout> Layouts { get; init; }

    /// <summary>What <c>download</c> fetches; empty for a generated set.</summary>
    public IReadOnlyList<RemoteFile> Files { get; init; } = [];

    /// <summary>True if it needs no files.</summary>
    public bool IsGenerated => Files.Count == 0;
}
