using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>One temperature τ and what the network trained with it came to on the validation set.</summary>
public sealed record TuningTrial
{
    /// <summary>The temperature of the trial's LogitNorm loss.</summary>
    public required double Tau { get; init; }

    /// <summary>Share of the validation rows whose arg max is their label; null where training failed.</summary>
    public double? Accuracy { get; init; }

    /// <summary>
    /// Share of the noise images that are accepted when at least 95 % of the validation rows are, in [0, 1]; null where training failed. Lower is better.
    /// </summary>
    /// <remarks>By <see cref="OodScores.MaxSoftmax"/>, under the convention of <see cref="OodDetectionMetrics.FprAt95Tpr"/>.</remarks>
    public double? FprAt95Tpr { get; init; }

    /// <summary>
    /// Chance that a noise image scores higher than a validation row, as <see cref="OodDetectionMetrics.Auroc"/>; null where training failed. Higher is better.
    /// </summary>
    public double? Auroc { get; init; }

    /// <summary>How long training and scoring took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Why there are no metrics: where and how training diverged. Null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>A line for a log.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"tau {Tau}: {Failure ?? string.Create(CultureInfo.InvariantCulture, $"accuracy {Accuracy:P2}, FPR95 {FprAt95Tpr:P2}, AUROC {Auroc:P2}")}, "
            + $"{Duration:hh\\:mm\\:ss}");

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">A value is impossible.</exception>
    internal void Check()
    {
        if (!(Tau > 0 && double.IsFinite(Tau)))
            throw new InvalidDataException(FormattableString.Invariant($"a trial has the temperature {Tau}."));
        double?[] metrics = [Accuracy, FprAt95Tpr, Auroc];
        if (!metrics.All(Failure is null ? metric => metric is >= 0 and <= 1 : metric => metric is null))
            throw new InvalidDataException(FormattableString.Invariant($"the trial of tau {Tau} has metrics that cannot be: {this}."));
    }
}
