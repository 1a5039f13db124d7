namespace Microsoft.ML.LogitNorm;

/// <summary>
/// How well an out-of-distribution score tells in-distribution from out-of-distribution rows, over all thresholds,
/// and how well a calibrated decision does at its own.
/// </summary>
/// <remarks>
/// <para>
/// The score's direction is <c>OodScore</c>'s: higher = more likely out of distribution. Published numbers follow different conventions, so each
/// property says which class is <em>positive</em> and which rule picks the threshold. Rates and areas are shares in [0, 1], not percent; tied rows always
/// fall on the same side of a threshold.
/// </para>
/// <list type="table">
/// <listheader><term>To compare with</term><description>use</description></listheader>
/// <item>
/// <term>tables of the LogitNorm paper (Wei et al., ICML 2022, arXiv 2205.09310) and its code</term>
/// <description><see cref="FprAt95TprNearest"/>, <see cref="Auroc"/>, <see cref="AuprIn"/></description>
/// </item>
/// <item>
/// <term>tables of OpenOOD (Yang et al., NeurIPS 2022, arXiv 2210.07242)</term>
/// <description><see cref="FprAt95TprOutPositive"/>, <see cref="Auroc"/>, <see cref="AuprInTrapezoid"/>, <see cref="AuprOutTrapezoid"/></description>
/// </item>
/// <item>
/// <term>anything else, such as two models of your own</term>
/// <description><see cref="FprAt95Tpr"/>, <see cref="Auroc"/>, <see cref="AuprIn"/>, <see cref="AuprOut"/></description>
/// </item>
/// </list>
/// </remarks>
public sealed record OodDetectionMetrics
{
    /// <summary>Share of out-of-distribution rows that are accepted when at least 95 % of the in-distribution rows are. Lower is better.</summary>
    /// <remarks>
    /// In-distribution is positive. The threshold is the lowest score t for which at least 95 % of the in-distribution rows score at most t; accepted are rows
    /// that score at most t. So the 95 % hold also where scores tie.
    /// </remarks>
    public required double FprAt95Tpr { get; init; }

    /// <summary>Chance that an out-of-distribution row scores higher than an in-distribution row, both drawn at random; ties count half.</summary>
    /// <remarks>
    /// Area under the receiver operating characteristic, the same whichever class is positive. 0.5 is guessing, 1 is perfect.
    /// Hanley and McNeil, Radiology 143 (1982).
    /// </remarks>
    public required double Auroc { get; init; }

    /// <summary>Average precision with in-distribution as positive. Higher is better; guessing gives the share of in-distribution rows.</summary>
    /// <remarks>Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the distinct scores from low to high, without interpolation. The AUPR of the LogitNorm paper's code.</remarks>
    public required double AuprIn { get; init; }

    /// <summary>Average precision with out-of-distribution as positive. Higher is better; guessing gives the share of out-of-distribution rows.</summary>
    /// <remarks>Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the distinct scores from high to low, without interpolation.</remarks>
    public required double AuprOut { get; init; }

    /// <summary>FPR95 by the rule of the LogitNorm paper's code: at the recall <em>nearest</em> to 95 %. For comparison with tables that it made.</summary>
    /// <remarks>
    /// In-distribution is positive. The nearest recall may lie below 95 %, which flatters a score with many ties, or with few in-distribution rows.
    /// Where several thresholds have that recall it takes the one that accepts most (at full recall the one that accepts least), so without any ties it
    /// can lie a little above <see cref="FprAt95Tpr"/>: by the out-of-distribution rows between that in-distribution row and the next.
    /// The code is hongxin001/logitnorm_ood.
    /// </remarks>
    public required double FprAt95TprNearest { get; init; }

    /// <summary>
    /// FPR95 by OpenOOD's convention: share of in-distribution rows that are rejected when at least 95 % of the out-of-distribution rows are.
    /// </summary>
    /// <remarks>
    /// Out-of-distribution is positive: the other question than <see cref="FprAt95Tpr"/>'s, and a different number. The code is Jingkang50/OpenOOD.
    /// </remarks>
    public required double FprAt95TprOutPositive { get; init; }

    /// <summary>Area under the precision-recall curve by the trapezoid rule with in-distribution as positive: OpenOOD's AUPR-in.</summary>
    /// <remarks>∫ over <see cref="GetPrecisionRecallCurveIn"/>. Differs from <see cref="AuprIn"/> on small or tied sets, where it interpolates.</remarks>
    public required double AuprInTrapezoid { get; init; }

    /// <summary>Area under the precision-recall curve by the trapezoid rule with out-of-distribution as positive: OpenOOD's AUPR-out.</summary>
    /// <remarks>∫ over <see cref="GetPrecisionRecallCurveOut"/>. Differs from <see cref="AuprOut"/> on small or tied sets, where it interpolates.</remarks>
    public required double AuprOutTrapezoid { get; init; }

    /// <summary>In-distribution rows evaluated, at least 1.</summary>
    public required int InDistributionCount { get; init; }

    /// <summary>Out-of-distribution rows evaluated, at least 1.</summary>
    public required int OutOfDistributionCount { get; init; }

    /// <summary>Share of in-distribution rows that the decision took for out of distribution; null where no decision was evaluated.</summary>
    /// <remarks>What <c>OodDetector</c> promises to keep at or below its false alarm rate, on average over calibration sets and rows.</remarks>
    public double? FalseAlarmRate { get; init; }

    /// <summary>Share of out-of-distribution rows that the decision took for out of distribution; null where no decision was evaluated.</summary>
    public double? DetectionRate { get; init; }

    /// <summary>Share of out-of-distribution rows accepted against share of in-distribution rows accepted, from (0, 0) to (1, 1).</summary>
    /// <remarks>
    /// In-distribution is positive: a point accepts the rows that score at most its threshold. One point per distinct score, after (0, 0) at −∞.
    /// Made anew each time it is asked for.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The scores were not kept.</exception>
    public IReadOnlyList<RocPoint> GetRocCurve() => Roc.Curve(Sweep());

    /// <summary>Precision against recall with in-distribution as positive, from recall 0 to recall 1.</summary>
    /// <remarks>
    /// A point takes the rows that score at most its threshold. One point per distinct score, after precision 1 at recall 0, threshold −∞.
    /// Made anew each time it is asked for.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The scores were not kept.</exception>
    public IReadOnlyList<PrecisionRecallPoint> GetPrecisionRecallCurveIn() => PrecisionRecall.Curve(Sweep());

    /// <summary>Precision against recall with out-of-distribution as positive, from recall 0 to recall 1.</summary>
    /// <remarks>
    /// A point takes the rows that score at least its threshold. One point per distinct score, after precision 1 at recall 0, threshold +∞.
    /// Made anew each time it is asked for.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The scores were not kept.</exception>
    public IReadOnlyList<PrecisionRecallPoint> GetPrecisionRecallCurveOut() => PrecisionRecall.Curve(Sweep().Opposite());

    /// <summary>The scores that the curves are made of; null if they were not kept.</summary>
    private ScorePair? Scores { get; init; }

    /// <summary>All figures, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <inheritdoc cref="Compute(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    /// <remarks>The scores become doubles exactly, so that no tie is made or broken.</remarks>
    public static OodDetectionMetrics Compute(ReadOnlySpan<float> inDistribution, ReadOnlySpan<float> outOfDistribution)
        => Compute(Widened(inDistribution), Widened(outOfDistribution));

    /// <summary>Evaluates scores where higher = more likely out of distribution; infinite ones are allowed.</summary>
    /// <param name="inDistribution">A score for each in-distribution row, in any order.</param>
    /// <param name="outOfDistribution">A score for each out-of-distribution row, in any order.</param>
    /// <exception cref="ArgumentException">A side has no row, or a score is NaN; the message names the side and the row.</exception>
    public static OodDetectionMetrics Compute(ReadOnlySpan<double> inDistribution, ReadOnlySpan<double> outOfDistribution)
        => ComputeOf(ValueList.Create(inDistribution), ValueList.Create(outOfDistribution));

    /// <summary>The same for lists that are kept as they are, so that several metrics share one.</summary>
    /// <param name="known">Scores of in-distribution rows.</param>
    /// <param name="unknown">Scores of out-of-distribution rows.</param>
    /// <exception cref="ArgumentException">A side has no row, or a score is NaN; the message names the side and the row.</exception>
    internal static OodDetectionMetrics ComputeOf(ValueList<double> known, ValueList<double> unknown)
    {
        double[] inDistribution = [.. known], outOfDistribution = [.. unknown];
        var inPositive = ThresholdSweep.InDistributionPositive(inDistribution, outOfDistribution);
        var outPositive = inPositive.Opposite();
        var curveIn = PrecisionRecall.Curve(inPositive);
        var curveOut = PrecisionRecall.Curve(outPositive);

        return new()
        {
            FprAt95Tpr = Roc.FprAt95Tpr(inPositive),
            Auroc = Roc.Area(inPositive),
            AuprIn = PrecisionRecall.AveragePrecision(curveIn),
            AuprOut = PrecisionRecall.AveragePrecision(curveOut),
            FprAt95TprNearest = Roc.FprNearest95Tpr(inPositive),
            FprAt95TprOutPositive = Roc.FprAt95Tpr(outPositive),
            AuprInTrapezoid = PrecisionRecall.TrapezoidArea(curveIn),
            AuprOutTrapezoid = PrecisionRecall.TrapezoidArea(curveOut),
            InDistributionCount = inDistribution.Length,
            OutOfDistributionCount = outOfDistribution.Length,
            Scores = new(known, unknown),
        };
    }

    /// <summary>The figures alone, which take no memory to speak of.</summary>
    internal OodDetectionMetrics WithoutCurves() => this with { Scores = null };

    private static double[] Widened(ReadOnlySpan<float> scores)
    {
        var widened = new double[scores.Length];
        for (var i = 0; i < widened.Length; i++)
            widened[i] = scores[i];
        return widened;
    }

    private ThresholdSweep Sweep() => Scores is var (known, unknown)
        ? ThresholdSweep.InDistributionPositive([.. known], [.. unknown])
        : throw new InvalidOperationException("The scores were not kept, so there are no curves: compare with KeepRowScores.");

    private sealed record ScorePair(ValueList<double> InDistribution, ValueList<double> OutOfDistribution);
}
