namespace Microsoft.ML.LogitNorm.Tests.Detection;

/// <summary>The promise itself, by simulation: calibrate on fresh in-distribution rows and judge one more, many times over.</summary>
/// <remarks>
/// Each trial has its own calibration rows, so the trials are independent and the false alarms binomial. The seeds are fixed, so the outcome is too:
/// a band of 99 % is a claim about the code, not a gamble at each run.
/// </remarks>
[TestFixture]
public sealed class ConformalGuaranteeTests
{
    private const int Trials = 40_000;
    private const double Quantile995 = 2.5758;   // of the standard normal: 99 % lie within ± this many standard deviations

    // Without ties the chance is exactly ⌊rate · (n + 1)⌋ / (n + 1), so the false alarms must neither exceed it nor fall short.
    [TestCase(19, 0.05, 1.0 / 20)]
    [TestCase(20, 0.05, 1.0 / 21)]
    [TestCase(50, 0.1, 5.0 / 51)]
    [TestCase(199, 0.3, 60.0 / 200)]
    public void FalseAlarms_ContinuousScores_AreAsOftenAsTheRanksSay(int rows, double falseAlarmRate, double expected)
    {
        var found = FalseAlarms(rows, falseAlarmRate, seed: 1, random => random.NextSingle());

        Assert.That(found, Is.EqualTo(expected).Within(Quantile995 * Deviation(expected)));
        Assert.That(expected, Is.AtMost(falseAlarmRate));
    }

    // Ties only make it more careful: never above the rate, whatever share of rows has the highest score.
    [TestCase(19, 0.05, 2)]
    [TestCase(50, 0.1, 10)]
    [TestCase(199, 0.3, 4)]
    [TestCase(199, 0.05, 21)]
    public void FalseAlarms_TiedScores_StayBelowTheRate(int rows, double falseAlarmRate, int values)
    {
        var found = FalseAlarms(rows, falseAlarmRate, seed: 2, random => random.Next(values));

        Assert.That(found, Is.AtMost(falseAlarmRate + Quantile995 * Deviation(falseAlarmRate)));
    }

    private static double FalseAlarms(int rows, double falseAlarmRate, int seed, Func<Random, float> score)
    {
        var random = new Random(seed);
        var scores = new float[rows];
        var alarms = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            for (var row = 0; row < rows; row++)
                scores[row] = score(random);
            var calibration = new ConformalCalibration(scores, falseAlarmRate);
            if (calibration.IsOutOfDistribution(calibration.PValue(score(random))))
                alarms++;
        }

        return (double)alarms / Trials;
    }

    private static double Deviation(double chance) => Math.Sqrt(chance * (1 - chance) / Trials);
}
