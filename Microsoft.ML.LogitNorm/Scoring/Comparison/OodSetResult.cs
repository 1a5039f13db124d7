namespace Microsoft.ML.LogitNorm;

/// <summary>How well one score tells the in-distribution rows from one out-of-distribution set.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Metrics">FPR95, AUROC and the rest; decisions are not part of a comparison.</param>
public sealed record OodSetResult(string Name, OodDetectionMetrics Metrics)
{
    /// <summary>The score of each row of the set, in their order; null if they were not kept.</summary>
    public IReadOnlyList<float>? Scores { get; init => field = value is null ? null : ValueList.Of(value); }

    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
