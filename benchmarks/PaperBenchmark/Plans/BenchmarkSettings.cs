using Shared.CommandLine;

namespace PaperBenchmark.Plans;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>The budget, with what the command line changes of it.</summary>
    public required Preset Preset { get; init; }

    /// <summary>The set to train on.</summary>
    public required string Dataset { get; init; }

    /// <summary>Where data sets lie.</summary>
    public required string DataRoot { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>More out-of-distribution sets.</summary>
    public required IReadOnlyList<OodOption> Ood { get; init; }

    /// <summary>A set to train against: its name, or <c>NAME=PATH</c>; null for none.</summary>
    public string? Outliers { get; init; }

    /// <summary>Number of the GPU to compute on; null for the CPU.</summary>
    public int? GpuDeviceId { get; init; }

    /// <summary>Whether all images of a set count, and not draws of a fifth of the test set's size.</summary>
    public required bool AllOod { get; init; }

    /// <summary>How many draws the figures are means of.</summary>
    public required int Draws { get; init; }

    /// <summary>The options that make the same benchmark again, to put behind a command.</summary>
    public required string CommandLine { get; init; }

    public Plan Plan => new(Preset, Dataset, Seeds, Outliers?.Split('=')[0]);
}
