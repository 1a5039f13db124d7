using FsCheck;
using FsCheck.Fluent;

namespace Microsoft.ML.LogitNorm.Tests.Metrics;

/// <summary>What must hold for any scores: definitions counted the slow way, and symmetries.</summary>
[TestFixture, FsCheck.NUnit.Properties(Arbitrary = [typeof(TiedScores)])]
public sealed class OodDetectionMetricsProperties
{
    [FsCheck.NUnit.Property]
    public bool Auroc_IsTheShareOfPairsRankedRightly(Scores scores)
    {
        var right = scores.Known.Sum(k => scores.Unknown.Sum(u => u > k ? 1 : u == k ? 0.5 : 0));

        return Close(scores.Metrics.Auroc, right / (scores.Known.Length * scores.Unknown.Length));
    }

    [FsCheck.NUnit.Property]
    public bool FprAt95Tpr_IsTheLeastWithAtLeast95PercentAccepted(Scores scores)
    {
        var threshold = scores.Known.Where(t => scores.Known.Count(k => k <= t) >= 0.95 * scores.Known.Length).Min();

        return Close(scores.Metrics.FprAt95Tpr, Share(scores.Unknown, u => u <= threshold));
    }

    [FsCheck.NUnit.Property]
    public bool FprAt95TprOutPositive_IsTheLeastWithAtLeast95PercentFlagged(Scores scores)
    {
        var threshold = scores.Unknown.Where(t => scores.Unknown.Count(u => u >= t) >= 0.95 * scores.Unknown.Length).Max();

        return Close(scores.Metrics.FprAt95TprOutPositive, Share(scores.Known, k => k >= threshold));
    }

    [FsCheck.NUnit.Property]
    public bool FprAt95TprNearest_HasNoNearerRecall(Scores scores)
    {
        double Distance(double threshold) => Math.Abs(Share(scores.Known, k => k <= threshold) - 0.95);
        double[] thresholds = [.. scores.Known, .. scores.Unknown];
        var nearest = thresholds.Min(Distance);

        return thresholds.Any(t => Distance(t) == nearest && Close(scores.Metrics.FprAt95TprNearest, Share(scores.Unknown, u => u <= t)));
    }

    [FsCheck.NUnit.Property]
    public bool AuprIn_IsTheMeanPrecisionAtEachKnownRow(Scores scores)
    {
        double Precision(double threshold)
        {
            double known = scores.Known.Count(k => k <= threshold);
            return known / (known + scores.Unknown.Count(u => u <= threshold));
        }

        return Close(scores.Metrics.AuprIn, scores.Known.Average(Precision));
    }

    [FsCheck.NUnit.Property]
    public bool Metrics_StrictlyRisingTransformation_ChangesNothing(Scores scores)
    {
        // Exact for these whole numbers, and the highest becomes infinite.
        double Transform(double s) => s == TiedScores.Highest ? double.PositiveInfinity : s * s * s + s;

        return Same(scores.Metrics, OodDetectionMetrics.Compute([.. scores.Known.Select(Transform)], [.. scores.Unknown.Select(Transform)]));
    }

    [FsCheck.NUnit.Property]
    public bool Metrics_Permutation_ChangesNothing(Scores scores, int seed)
    {
        var random = new Random(seed);
        double[] known = [.. scores.Known];
        double[] unknown = [.. scores.Unknown];
        random.Shuffle(known);
        random.Shuffle(unknown);

        return Same(scores.Metrics, OodDetectionMetrics.Compute(known, unknown));
    }

    // Negated scores with swapped sides ask the same question with the other class as positive.
    [FsCheck.NUnit.Property]
    public bool Metrics_SidesSwappedAndNegated_SwapInAndOut(Scores scores)
    {
        var metrics = scores.Metrics;
        var swapped = OodDetectionMetrics.Compute([.. scores.Unknown.Select(u => -u)], [.. scores.Known.Select(k => -k)]);

        return swapped.Auroc == metrics.Auroc
            && swapped.FprAt95Tpr == metrics.FprAt95TprOutPositive && swapped.FprAt95TprOutPositive == metrics.FprAt95Tpr
            && swapped.AuprIn == metrics.AuprOut && swapped.AuprOut == metrics.AuprIn
            && swapped.AuprInTrapezoid == metrics.AuprOutTrapezoid && swapped.AuprOutTrapezoid == metrics.AuprInTrapezoid;
    }

    [FsCheck.NUnit.Property]
    public bool Auroc_SidesSwapped_IsTheRest(Scores scores)
        => Close(1 - scores.Metrics.Auroc, OodDetectionMetrics.Compute(scores.Unknown, scores.Known).Auroc);

    [FsCheck.NUnit.Property]
    public bool Curves_RiseFromNoneToAll(Scores scores)
    {
        var (roc, curveIn, curveOut) = (scores.Metrics.GetRocCurve(), scores.Metrics.GetPrecisionRecallCurveIn(), scores.Metrics.GetPrecisionRecallCurveOut());

        return roc[0] == new RocPoint(double.NegativeInfinity, 0, 0) && (roc[^1].FalsePositiveRate, roc[^1].TruePositiveRate) == (1, 1)
            && roc.Zip(roc.Skip(1)).All(p => p.First.Threshold < p.Second.Threshold && p.First.FalsePositiveRate <= p.Second.FalsePositiveRate)
            && roc.Select(p => p.TruePositiveRate).SequenceEqual(curveIn.Select(p => p.Recall))
            && roc.Reverse().Select(p => p.Threshold).SkipLast(1).SequenceEqual(curveOut.Skip(1).Select(p => p.Threshold))
            && curveOut[^1].Recall == 1 && curveIn[^1].Recall == 1;
    }

    private static bool Close(double one, double other) => Math.Abs(one - other) <= 1e-12;

    private static double Share(double[] scores, Func<double, bool> where) => scores.Count(where) / (double)scores.Length;

    private static bool Same(OodDetectionMetrics one, OodDetectionMetrics other)
        => WithoutCurves(one) == WithoutCurves(other);

    private static OodDetectionMetrics WithoutCurves(OodDetectionMetrics metrics)
        => metrics.WithoutCurves();

    /// <summary>Two sides of whole-numbered scores, and what this library makes of them.</summary>
    public sealed record Scores(double[] Known, double[] Unknown)
    {
        internal OodDetectionMetrics Metrics { get; } = OodDetectionMetrics.Compute(Known, Unknown);
    }

    /// <summary>One to sixty rows a side over twenty-five values, so that most draws have ties within and across the sides.</summary>
    public static class TiedScores
    {
        public const int Highest = 12;

        public static Arbitrary<Scores> Arbitrary()
        {
            var side = Gen.Choose(1, 60).SelectMany(rows => Gen.Choose(-Highest, Highest).Select(s => (double)s).ArrayOf(rows));
            return side.SelectMany(known => side.Select(unknown => new Scores(known, unknown))).ToArbitrary();
        }
    }
}
