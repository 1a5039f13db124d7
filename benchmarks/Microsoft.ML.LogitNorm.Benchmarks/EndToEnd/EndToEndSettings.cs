namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>What a run measures, and how long.</summary>
internal sealed record EndToEndSettings
{
    /// <summary>All parts; memory is read from /proc, which only Linux has.</summary>
    public static IReadOnlyList<string> AllParts { get; } =
        [TrainingSpeed.Part, ScoringSpeed.Part, PredictionLatency.Part, DecodingSpeed.Part, .. OperatingSystem.IsLinux() ? new[] { TrainingMemory.Part } : []];

    /// <summary>Rounds; what is told is the middle one.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Images in a training step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Training steps in a round.</summary>
    public int StepsPerRound { get; init; } = 4;

    /// <summary>Images scored in a round.</summary>
    public int ScoredImages { get; init; } = 1024;

    /// <summary>Single predictions in a round.</summary>
    public int Predictions { get; init; } = 200;

    /// <summary>
    /// Images decoded in a round, in the size of ImageNet's. ML.NET hands rows to threads in batches of 64: few rows would not come out even.
    /// </summary>
    public int DecodedImages { get; init; } = 2048;

    /// <summary>Rows of the memory part's training set: those of CIFAR-10.</summary>
    public int MemoryRows { get; init; } = 50_000;

    /// <summary>Whether the library may tell glibc to keep freed memory.</summary>
    public bool KeepNativeMemory { get; init; } = true;

    /// <summary>The parts to run.</summary>
    public IReadOnlyList<string> Parts { get; init; } = AllParts;
}
