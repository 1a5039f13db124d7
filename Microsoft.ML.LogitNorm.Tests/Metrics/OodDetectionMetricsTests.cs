namespace Microsoft.ML.LogitNorm.Tests.Metrics;

/// <summary>Tables small enough to count by hand. Scores: higher = more likely out of distribution.</summary>
[TestFixture]
public sealed class OodDetectionMetricsTests
{
    // Twenty known rows: 95 % is exactly nineteen of them, so the threshold is 19 and every case can be counted by hand.
    private static readonly double[] Known = [.. Enumerable.Range(1, 20).Select(i => (double)i)];

    [TestCase(new[] { 30.0, 40 }, 0.0, TestName = "FprAt95Tpr_Separated_IsZero")]
    [TestCase(new[] { 1.0, 2 }, 1.0, TestName = "FprAt95Tpr_UnknownLooksKnown_IsOne")]
    [TestCase(new[] { 18.5, 19, 19.5, 30 }, 0.5, TestName = "FprAt95Tpr_TieAtThreshold_IsAccepted")]
    [TestCase(new[] { double.NegativeInfinity, double.PositiveInfinity }, 0.5, TestName = "FprAt95Tpr_InfiniteScores_AreRankedAsOthers")]
    public void FprAt95Tpr_CountedByHand(double[] unknown, double expected)
        => Assert.That(OodDetectionMetrics.Compute(Known, unknown).FprAt95Tpr, Is.EqualTo(expected).Within(1e-12));

    [TestCase(new[] { 30.0, 40 }, 0.0, TestName = "FprAt95TprOutPositive_Separated_IsZero")]
    [TestCase(new[] { 1.0, 2 }, 1.0, TestName = "FprAt95TprOutPositive_UnknownLooksKnown_IsOne")]
    [TestCase(new[] { 18.5, 19, 19.5, 30 }, 0.1, TestName = "FprAt95TprOutPositive_SameRows_AnotherNumber")]   // flagging from 18.5 on takes 19 and 20 too
    [TestCase(new[] { 18.0, 19, 19.5, 30 }, 0.15, TestName = "FprAt95TprOutPositive_TieAtThreshold_IsFlagged")]
    public void FprAt95TprOutPositive_CountedByHand(double[] unknown, double expected)
        => Assert.That(OodDetectionMetrics.Compute(Known, unknown).FprAt95TprOutPositive, Is.EqualTo(expected).Within(1e-12));

    // 19.5 keeps the recall of 95 %
    [TestCase(20, new[] { 18.5, 19, 19.5, 30 }, 0.75, TestName = "FprAt95TprNearest_ThresholdsOfTheSameRecall_TakesTheLoosest")]
    [TestCase(11, new[] { 10.5, 12 }, 0.5, TestName = "FprAt95TprNearest_FullRecall_TakesTheStrictestThreshold")]   // 11 of 11 is nearer than 10 of 11
    [TestCase(10, new[] { 8.5, 10 }, 0.5, TestName = "FprAt95TprNearest_RecallOfNinetyPercent_IsNearerThanFullInFloatingPoint")]
    [TestCase(4, new[] { 3.5, 5 }, 0.5, TestName = "FprAt95TprNearest_FewRows_TakesFullRecall")]
    [TestCase(52, new[] { 48.5, 50, 51 }, 1.0 / 3, TestName = "FprAt95TprNearest_RecallBelow95IsNearer_TakesIt")]   // 49 of 52 is 94.2 %, 50 of 52 is 96.2 %
    public void FprAt95TprNearest_CountedByHand(int known, double[] unknown, double expected)
        => Assert.That(
            OodDetectionMetrics.Compute([.. Enumerable.Range(1, known).Select(i => (double)i)], unknown).FprAt95TprNearest, Is.EqualTo(expected).Within(1e-12));

    [TestCase(new[] { 1.0, 2 }, new[] { 3.0, 4 }, 1.0, TestName = "Auroc_Separated_IsOne")]
    [TestCase(new[] { 3.0, 4 }, new[] { 1.0, 2 }, 0.0, TestName = "Auroc_Reversed_IsZero")]
    [TestCase(new[] { 1.0, 1, 1 }, new[] { 1.0, 1 }, 0.5, TestName = "Auroc_AllEqual_IsHalf")]
    [TestCase(new[] { 1.0, 3 }, new[] { 2.0, 3 }, 0.625, TestName = "Auroc_OneTieOfFourPairs_CountsHalf")]   // pairs: 1<2, 1<3, 3>2, 3=3
    [TestCase(new[] { 1.0, 2 }, new[] { 1.5 }, 0.5, TestName = "Auroc_OneRow_CountsItsPairs")]
    public void Auroc_CountedByHand(double[] known, double[] unknown, double expected)
        => Assert.That(OodDetectionMetrics.Compute(known, unknown).Auroc, Is.EqualTo(expected).Within(1e-12));

    // Known 1, 3; unknown 2, 3. Upwards the thresholds 1, 2, 3 take (known, unknown) = (1, 0), (1, 1), (2, 2): precisions 1, 1/2, 1/2 at recalls 1/2, 1/2, 1.
    // Downwards 3, 2, 1 take (unknown, known) = (1, 1), (2, 1), (2, 2): precisions 1/2, 2/3, 1/2 at recalls 1/2, 1, 1.
    [Test]
    public void Aupr_CountedByHand()
    {
        var metrics = OodDetectionMetrics.Compute([1.0, 3], [2.0, 3]);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.AuprIn, Is.EqualTo((1 + 1.0 / 2) / 2).Within(1e-12));
            Assert.That(metrics.AuprOut, Is.EqualTo((1.0 / 2 + 2.0 / 3) / 2).Within(1e-12));
            Assert.That(metrics.AuprInTrapezoid, Is.EqualTo((1 + 1.0 / 2) / 2).Within(1e-12));
            Assert.That(metrics.AuprOutTrapezoid, Is.EqualTo(((1 + 1.0 / 2) / 2 + (1.0 / 2 + 2.0 / 3) / 2) / 2).Within(1e-12));
        });
    }

    [Test]
    public void Curves_CountedByHand()
    {
        var metrics = OodDetectionMetrics.Compute([3.0, 1], [3.0, 2]);

        Assert.Multiple(() =>
        {
            Assert.That(
                metrics.GetRocCurve(),
                Is.EqualTo(new RocPoint[] { new(double.NegativeInfinity, 0, 0), new(1, 0, 0.5), new(2, 0.5, 0.5), new(3, 1, 1) }));
            Assert.That(metrics.GetPrecisionRecallCurveIn(), Is.EqualTo(new PrecisionRecallPoint[]
            {
                new(double.NegativeInfinity, 1, 0), new(1, 1, 0.5), new(2, 0.5, 0.5), new(3, 0.5, 1),
            }));
            Assert.That(metrics.GetPrecisionRecallCurveOut(), Is.EqualTo(new PrecisionRecallPoint[]
            {
                new(double.PositiveInfinity, 1, 0), new(3, 0.5, 0.5), new(2, 2.0 / 3, 1), new(1, 0.5, 1),
            }));
        });
    }

    [Test]
    public void Compute_CountsAndDecision_AreReportedAsGiven()
    {
        var decided = OodDetectionMetrics.Compute([1.0, 2, 3], [4.0, 5]) with { FalseAlarmRate = 0.25, DetectionRate = 0.75 };
        var undecided = OodDetectionMetrics.Compute([1.0, 2, 3], [4.0, 5]);

        Assert.Multiple(() =>
        {
            Assert.That((decided.InDistributionCount, decided.OutOfDistributionCount), Is.EqualTo((3, 2)));
            Assert.That((decided.FalseAlarmRate, decided.DetectionRate), Is.EqualTo(((double?)0.25, (double?)0.75)));
            Assert.That((undecided.FalseAlarmRate, undecided.DetectionRate), Is.EqualTo(((double?)null, (double?)null)));
        });
    }

    // 0.1f and 0.1 are different numbers: a float score must tie with itself and with nothing else.
    [Test]
    public void Compute_Floats_EqualTheirExactDoubles()
    {
        float[] known = [0.1f, 0.2f, float.NegativeInfinity];
        float[] unknown = [0.1f, MathF.BitIncrement(0.2f)];

        var metrics = OodDetectionMetrics.Compute(known, unknown);

        Assert.That(metrics.Auroc, Is.EqualTo(4.5 / 6).Within(1e-12));   // of six pairs one ties, one is wrong
        Assert.That(metrics.GetRocCurve().Select(p => p.Threshold).Skip(2), Is.EqualTo(new double[] { 0.1f, 0.2f, MathF.BitIncrement(0.2f) }));
    }

    [TestCase(0, 1, "inDistribution")]
    [TestCase(1, 0, "outOfDistribution")]
    public void Compute_EmptySide_IsNamed(int known, int unknown, string side)
        => Assert.That(
            () => OodDetectionMetrics.Compute(new double[known], new double[unknown]),
            Throws.ArgumentException.With.Property("ParamName").EqualTo(side).And.Message.Contains($"No rows in {side}"));

    [TestCase(new[] { 1, 2, float.NaN }, new[] { 1f }, "inDistribution", 2)]
    [TestCase(new[] { 1f }, new[] { 1, float.NaN, float.NaN }, "outOfDistribution", 1)]
    public void Compute_NaN_NamesSideAndRow(float[] known, float[] unknown, string side, int row)
        => Assert.That(
            () => OodDetectionMetrics.Compute(known, unknown),
            Throws.ArgumentException.With.Property("ParamName").EqualTo(side).And.Message.Contains($"row {row} (counted from 0) of {side} is NaN"));

    // A quadratic sweep would not come back from this, and the pairs of rows pass the range of Int32.
    [Test]
    public void Compute_ManyRows_IsExact()
    {
        double[] known = [.. Enumerable.Range(0, 200_000).Select(i => 2.0 * i)];
        double[] unknown = [.. known.Select(s => s + 1)];

        var metrics = OodDetectionMetrics.Compute(known, unknown);

        Assert.That(metrics.Auroc, Is.EqualTo(200_001 / 400_000.0).Within(1e-15));   // each known row lies below its own unknown row and all later ones
        Assert.That(metrics.FprAt95Tpr, Is.EqualTo(189_999 / 200_000.0).Within(1e-15));
    }
}
