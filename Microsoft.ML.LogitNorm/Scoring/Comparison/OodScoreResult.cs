namespace Microsoft.ML.LogitNorm;

/// <summary>One score's line in a comparison.</summary>
public sealed record OodScoreResult
{
    /// <summary>The score with its hyper-parameters as text, or the name of the column that held it already.</summary>
    public required string Name { get; init; }

    /// <summary>The score and its hyper-parameters; null where a column held it already.</summary>
    public OodScore? Score { get; init; }

    /// <summary>
    /// How the score's hyper-parameters were chosen; null without a <see cref="OodScoreComparison.Options.Search"/>, and where a column held the score.
    /// </summary>
    public OodSearchResult? Search { get; init; }

    /// <summary>The score of each in-distribution row, in their order; null if they were not kept, or the score failed.</summary>
    public IReadOnlyList<float>? InDistributionScores { get; init => field = value is null ? null : ValueList.Of(value); }

    /// <summary>The figures for each set of out-of-distribution rows, in the order given; empty if the score failed.</summary>
    public required IReadOnlyList<OodSetResult> Sets { get; init => field = ValueList.Of(value); }

    /// <summary>
    /// What scoring takes besides the network's forward pass, in milliseconds per 1,000 rows, by the median batch, on the network's device if the score needs
    /// the network and on the CPU otherwise; for scores that classify a changed image again, those passes are in it. NaN if the score failed, 0 for a column.
    /// </summary>
    public required double MillisecondsPer1000Rows { get; init; }

    /// <summary>
    /// Why the score is out of the comparison, and what to do: a column or a linear head that it needs is not there,
    /// it could not learn from the training rows, or a row's score is NaN or infinite. Null if it is not.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>Mean over the sets of <see cref="OodDetectionMetrics.FprAt95Tpr"/>; NaN if the score failed.</summary>
    public double MeanFprAt95Tpr => Mean(metrics => metrics.FprAt95Tpr);

    /// <summary>Mean over the sets of <see cref="OodDetectionMetrics.Auroc"/>; NaN if the score failed.</summary>
    public double MeanAuroc => Mean(metrics => metrics.Auroc);

    /// <summary>Mean over the sets of <see cref="OodDetectionMetrics.AuprIn"/>; NaN if the score failed.</summary>
    public double MeanAuprIn => Mean(metrics => metrics.AuprIn);

    /// <summary>Mean over the sets of <see cref="OodDetectionMetrics.AuprOut"/>; NaN if the score failed.</summary>
    public double MeanAuprOut => Mean(metrics => metrics.AuprOut);

    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    private double Mean(Func<OodDetectionMetrics, double> value) => Sets.Select(set => value(set.Metrics)).DefaultIfEmpty(double.NaN).Average();
}
