using Shared.CommandLine;

namespace LogitNormTool.Scoring;

/// <summary>What <c>logitnorm score</c> is asked for.</summary>
internal sealed record ScoreSettings
{
    public required string Model { get; init; }

    /// <summary>A folder of images, or a text file with their names.</summary>
    public required string Images { get; init; }

    /// <summary>Where the names of a text file begin; null for the file's own folder.</summary>
    public string? Root { get; init; }

    public required string Output { get; init; }

    /// <summary>Which of the files are this process's.</summary>
    public required Shard Shard { get; init; }

    public required int RowsPerFile { get; init; }

    /// <summary>Number of the GPU to compute on; null for the CPU.</summary>
    public int? GpuDeviceId { get; init; }
}
