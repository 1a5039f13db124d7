using FsCheck;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

[TestFixture]
public sealed class ConformalCalibrationTests
{
    private static readonly float[] OneToNineteen = [.. Enumerable.Range(1, 19).Select(i => (float)i)];

    [TestCase(20f, 1, true, TestName = "PValue_AboveAll_IsTheSmallest")]
    [TestCase(19f, 2, false, TestName = "PValue_TiesWithTheHighest_CountsTheTie")]
    [TestCase(10.5f, 10, false, TestName = "PValue_Between_CountsThoseAbove")]
    [TestCase(1f, 20, false, TestName = "PValue_TiesWithTheLowest_IsOne")]
    [TestCase(float.NegativeInfinity, 20, false, TestName = "PValue_MinusInfinity_IsOne")]
    [TestCase(float.PositiveInfinity, 1, true, TestName = "PValue_PlusInfinity_IsTheSmallest")]
    [TestCase(float.NaN, 1, true, TestName = "PValue_NaN_RaisesAnAlarm")]
    public void PValue_OfNineteenRows_CountedByHand(float score, int twentieths, bool isOutOfDistribution)
    {
        var calibration = new ConformalCalibration(OneToNineteen, falseAlarmRate: 0.05);

        var pValue = calibration.PValue(score);

        Assert.That(pValue, Is.EqualTo(twentieths / 20.0).Within(1e-15));
        Assert.That(calibration.IsOutOfDistribution(pValue), Is.EqualTo(isOutOfDistribution));
    }

    [FsCheck.NUnit.Property]
    public bool PValue_IsTheShareThatLooksAtLeastAsUnusual(NonEmptyArray<sbyte> calibration, sbyte score)
    {
        float[] scores = [.. calibration.Get.Select(s => (float)s)];
        var expected = (1.0 + scores.Count(s => s >= score)) / (scores.Length + 1.0);

        return Math.Abs(new ConformalCalibration(scores, falseAlarmRate: 0.5).PValue(score) - expected) <= 1e-15;
    }

    [Test]
    public void Constructor_KeepsASortedCopy()
    {
        float[] scores = [3, float.PositiveInfinity, 1, 2];
        var calibration = new ConformalCalibration(scores, falseAlarmRate: 0.25);

        scores[0] = 100;

        Assert.That(calibration.Scores.ToArray(), Is.EqualTo(new[] { 1, 2, 3, float.PositiveInfinity }));
        Assert.That(calibration.FalseAlarmRate, Is.EqualTo(0.25));
    }

    [TestCase(0.5, 1)]
    [TestCase(0.05, 19)]
    [TestCase(0.01, 99)]
    [TestCase(0.06, 16)]
    [TestCase(0.999, 1)]
    [TestCase(1.0 / 49, 48, TestName = "RequiredRows_ReciprocalRoundedUp_IsNotOneTooMany")]
    [TestCase(0.19999999999999998, 5, TestName = "RequiredRows_ReciprocalRoundedDown_IsNotOneTooFew")]
    [TestCase(1e-300, int.MaxValue)]
    [TestCase(double.Epsilon, int.MaxValue)]
    public void RequiredRows_IsTheSmallestThatCanRaiseAnAlarm(double falseAlarmRate, int expected)
        => Assert.That(ConformalCalibration.RequiredRows(falseAlarmRate), Is.EqualTo(expected));

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(-0.05)]
    [TestCase(5.0)]
    [TestCase(double.NaN)]
    public void Constructor_RateOutsideZeroToOne_IsRefused(double falseAlarmRate)
        => Assert.That(
            () => new ConformalCalibration(OneToNineteen, falseAlarmRate),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("falseAlarmRate").And.Message.Contains("between 0 and 1"));

    [TestCase(18)]
    [TestCase(0)]
    public void Constructor_TooFewRows_SaysHowManyAreNeededAndFound(int rows)
        => Assert.That(
            () => new ConformalCalibration(OneToNineteen.AsSpan(0, rows), falseAlarmRate: 0.05),
            Throws.ArgumentException.With.Message.Contains($"rate of 0.05 needs at least 19 calibration rows, found {rows}."));

    [Test]
    public void Constructor_NaN_NamesTheRow()
        => Assert.That(
            () => new ConformalCalibration([1, 2, float.NaN, 4], falseAlarmRate: 0.5),
            Throws.ArgumentException.With.Message.Contains("calibration row 2 (counted from 0) is NaN"));
}
