using Microsoft.ML.LogitNorm;

namespace CompareScores;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    /// <summary>The models, each compared on its own.</summary>
    public required IReadOnlyList<ModelOption> Models { get; init; }

    /// <summary>A folder or zip with images of the models' classes.</summary>
    public string? Test { get; init; }

    /// <summary>A folder or zip with the images that the models were trained on; null to leave out the scores that learn.</summary>
    public string? Train { get; init; }

    /// <summary>Each NAME=PATH, or the name of a generated set.</summary>
    public required IReadOnlyList<string> Ood { get; init; }

    /// <summary>Sets to choose hyper-parameters on, each NAME=PATH or the name of a generated set; empty to take the defaults.</summary>
    public IReadOnlyList<string> SearchOn { get; init; } = [];

    /// <summary>The scores to compare; null for all that can be.</summary>
    public IReadOnlyList<OodScore>? Scores { get; init; }

    /// <summary>At most this many test images per class; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>At most this many training images per class; null for all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Number of the GPU to score on; null for the CPU.</summary>
    public int? GpuDeviceId { get; init; }

    public required string Output { get; init; }

    /// <summary>How the program was started, for the report.</summary>
    public required string CommandLine { get; init; }
}
