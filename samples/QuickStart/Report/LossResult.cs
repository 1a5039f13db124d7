namespace QuickStart.Report;

/// <summary>What one training loss reached. Shares are fractions in [0, 1].</summary>
internal sealed record LossResult
{
    /// <summary><c>CrossEntropy</c> or <c>LogitNorm</c>.</summary>
    public required string Loss { get; init; }

    /// <summary>The temperature of LogitNorm, and the share of the steps in which it falls to that; null for other losses.</summary>
    public double? Tau { get; init; }

    public double? TauWarmup { get; init; }

    /// <summary>Passes over the training images.</summary>
    public required int Epochs { get; init; }

    /// <summary>Share of test images whose class was predicted.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Share of test images, all of known classes, that the detector took for unknown.</summary>
    public required double FalseAlarmRate { get; init; }

    public required double TrainSeconds { get; init; }

    /// <summary>The score behind <see cref="Ood"/> and the detector.</summary>
    public required string Score { get; init; }

    /// <summary>One per set of images of unknown classes, by <see cref="Score"/>.</summary>
    public required IReadOnlyList<OodResult> Ood { get; init; }

    /// <summary>The same by the softmax score, the paper's.</summary>
    public required IReadOnlyList<OodResult> Softmax { get; init; }
}
