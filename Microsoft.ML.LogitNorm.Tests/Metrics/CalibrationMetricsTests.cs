namespace Microsoft.ML.LogitNorm.Tests.Metrics;

/// <summary>Rows few enough to count by hand.</summary>
[TestFixture]
public sealed class CalibrationMetricsTests
{
    // Confidences 0.9 (right) and 0.85 (wrong) share the last of five bins; 0.6 (right) ends the third; 0.7 (wrong) lies in the fourth.
    private static readonly double[][] _probabilities = [[0.9, 0.1], [0.85, 0.15], [0.4, 0.6], [0.3, 0.7]];
    private static readonly int[] _labels = [0, 1, 1, 0];

    [Test]
    public void Compute_CountedByHand()
    {
        var metrics = CalibrationMetrics.Compute(_probabilities, _labels, bins: 5);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.ExpectedCalibrationError, Is.EqualTo((2 * 0.375 + 0.4 + 0.7) / 4).Within(1e-12));
            Assert.That(metrics.MaximumCalibrationError, Is.EqualTo(0.7).Within(1e-12));
            Assert.That(metrics.NegativeLogLikelihood, Is.EqualTo(-Math.Log(0.9 * 0.15 * 0.6 * 0.3) / 4).Within(1e-12));
            Assert.That(metrics.BrierScore, Is.EqualTo((0.02 + 1.445 + 0.32 + 0.98) / 4).Within(1e-12));
            Assert.That(metrics.Accuracy, Is.EqualTo(0.5));
            Assert.That(metrics.MeanConfidence, Is.EqualTo(0.7625).Within(1e-12));
            Assert.That(metrics.Count, Is.EqualTo(4));
            Assert.That(metrics.Bins.Select(bin => bin.Count), Is.EqualTo(new[] { 0, 0, 1, 1, 2 }));
            Assert.That(metrics.Bins[2], Is.EqualTo(new ReliabilityBin(0.4, 0.6, 1, 0.6, 1)));
            Assert.That(metrics.Bins[4].Confidence, Is.EqualTo(0.875).Within(1e-12));
            Assert.That(metrics.Bins[4].Accuracy, Is.EqualTo(0.5));
        });
    }

    [Test]
    public void Bins_WithoutRows_HaveBoundsAndNoMeans()
    {
        var metrics = CalibrationMetrics.Compute(_probabilities, _labels);

        Assert.That(metrics.Bins, Has.Count.EqualTo(15));
        Assert.That(metrics.Bins[0], Is.EqualTo(new ReliabilityBin(0, 1 / 15.0, 0, null, null)));
        Assert.That(metrics.Bins.Select(bin => bin.UpperBound), Is.EqualTo(Enumerable.Range(1, 15).Select(i => i / 15.0)));
        Assert.That(metrics.Bins.Skip(1).Select(bin => bin.LowerBound), Is.EqualTo(metrics.Bins.SkipLast(1).Select(bin => bin.UpperBound)));
    }

    [Test]
    public void Bins_ConfidenceOnABound_BelongsToTheBinThatEndsThere([Values(7, 10, 15, 49)] int bins)
    {
        for (var i = bins / 2 + 1; i <= bins; i++)
        {
            var bound = (double)i / bins;
            Assert.That(BinOf(bound), Is.EqualTo(i - 1), $"{i}/{bins}");
            if (i < bins)
                Assert.That(BinOf(Math.BitIncrement(bound)), Is.EqualTo(i), $"just above {i}/{bins}");
        }

        int BinOf(double confidence)
            => CalibrationMetrics.Compute([[confidence, 1 - confidence]], [0], bins).Bins.Index().Single(bin => bin.Item.Count == 1).Index;
    }

    [TestCase(0, 1.0)]
    [TestCase(1, 0.0)]
    public void Accuracy_EqualProbabilities_TheFirstClassCounts(int label, double accuracy)
        => Assert.That(CalibrationMetrics.Compute([[0.5, 0.5]], [label]).Accuracy, Is.EqualTo(accuracy));

    [Test]
    public void NegativeLogLikelihood_ProbabilityOfZero_CountsAsTheLeast()
    {
        var metrics = CalibrationMetrics.Compute([[1, 0]], [1]);

        Assert.That(metrics.NegativeLogLikelihood, Is.EqualTo(-Math.Log(1e-15)).Within(1e-12));
        Assert.That((metrics.ExpectedCalibrationError, metrics.MaximumCalibrationError, metrics.BrierScore), Is.EqualTo((1.0, 1.0, 2.0)));
    }

    [Test]
    public void Compute_SureAndRight_IsPerfect()
    {
        var metrics = CalibrationMetrics.Compute([[0, 1], [1.0004, 0]], [1, 0]);   // the second sums to 1 within rounding

        Assert.That((metrics.ExpectedCalibrationError, metrics.NegativeLogLikelihood, metrics.MeanConfidence), Is.EqualTo((0.0, 0.0, 1.0)));
        Assert.That(metrics.Bins[^1].Count, Is.EqualTo(2));
    }

    [TestCase(new double[0], 0, "it has no values")]
    [TestCase(new[] { 0.5, double.NaN }, 0, "class 1 (counted from 0) is NaN")]
    [TestCase(new[] { -0.1, 1.1 }, 0, "class 0 (counted from 0) is -0.1")]
    [TestCase(new[] { 0.5, 0.498 }, 0, "sum to 0.998, not to 1")]
    [TestCase(new[] { 3.0, 1 }, 0, "sum to 4, not to 1")]
    [TestCase(new[] { double.PositiveInfinity, 0 }, 0, "not to 1")]
    [TestCase(new[] { 0.5, 0.5 }, 2, "its label is class 2 (counted from 0), but it has probabilities of 2 classes")]
    [TestCase(new[] { 0.5, 0.5 }, -1, "its label is class -1")]
    public void Compute_BadRow_IsNamed(double[] row, int label, string problem)
        => Assert.That(
            () => CalibrationMetrics.Compute([[0.5, 0.5], row], [0, label]),
            Throws.ArgumentException.With.Message.StartsWith("Row 1 (counted from 0) of probabilities: ").And.Message.Contains(problem));

    [Test]
    public void Compute_NoRows_IsRefused()
        => Assert.That(() => CalibrationMetrics.Compute([], []), Throws.ArgumentException.With.Message.Contains("No rows"));

    [Test]
    public void Compute_OtherNumberOfLabels_NamesBoth()
        => Assert.That(
            () => CalibrationMetrics.Compute([[1.0]], [0, 0]),
            Throws.ArgumentException.With.Message.Contains("1 rows of probabilities need as many labels, found 2"));

    [TestCase(0)]
    [TestCase(-3)]
    public void Compute_NoBins_IsRefused(int bins)
        => Assert.That(
            () => CalibrationMetrics.Compute([[1.0]], [0], bins), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("bins"));
}
