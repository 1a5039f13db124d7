namespace Microsoft.ML.LogitNorm.Tests.Detection;

/// <summary>The promise of <see cref="DriftDetector"/>: exactly, over all orders of a few rows, and by simulation over thousands.</summary>
[TestFixture]
public sealed class DriftGuaranteeTests
{
    // Rows that are exchangeable come in every order alike. Without an alarm the mean of the evidence after t images is t, for any number of calibration rows.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Evidence_OverAllOrdersOfSevenScores_IsTheNumberOfImagesInTheMean(int calibrationRows)
    {
        var means = MeanEvidence([1, 2, 3, 4, 5, 6, 7], calibrationRows);
        Assert.That(means, Is.EqualTo(Enumerable.Range(1, 7 - calibrationRows).Select(t => (double)t)).Within(1e-9));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Evidence_OverAllOrdersOfTiedScores_IsAtMostTheNumberOfImagesInTheMean(int calibrationRows)
    {
        foreach (float[] scores in (float[][])[[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 2], [1, 1, 2, 2, 2, 3, 3], [1, 2, 2, 2, 2, 2, 2]])
            Assert.That(
                MeanEvidence(scores, calibrationRows).Select((mean, i) => mean - (i + 1)), Is.All.LessThan(1e-9), string.Join(", ", scores));
    }

    // A calibration of its own for each week. At most 50 of 1,000 on average; the band is what a binomial draw of just as many stays below with 99.5 %.
    [TestCase(20)]
    [TestCase(200)]
    public void FalseAlarms_InAThousandQuietWeeks_AreAtMostAsManyAsPromised(int calibrationRows)
    {
        var random = new Random(1);
        var alarms = 0;
        for (var week = 0; week < 1_000; week++)
        {
            var calibration = new ConformalCalibration([.. Enumerable.Range(0, calibrationRows).Select(_ => random.NextSingle())], falseAlarmRate: 0.1);
            var drift = new DriftDetector(calibrationRows, new DriftDetector.Options { FalseAlarms = 0.05, OverImages = 500 });
            for (var image = 0; image < 500; image++)
                drift.Add(calibration.PValue(random.NextSingle()));
            alarms += drift.HasChanged ? 1 : 0;
        }
        Assert.That(alarms, Is.InRange(1, 50 + 2.5758 * Math.Sqrt(0.05 * 0.95 * 1_000)));
    }

    // One calibration of 20 rows for all of them, whose p-values are far from uniform.
    [Test]
    public void FalseAlarms_InALongQuietStream_AreAtMostAsManyAsPromised()
    {
        var random = new Random(2);
        var calibration = new ConformalCalibration([.. Enumerable.Range(0, 20).Select(_ => random.NextSingle())], falseAlarmRate: 0.1);
        var drift = new DriftDetector(20, new DriftDetector.Options { FalseAlarms = 0.1, OverImages = 500 });
        var alarms = 0;
        for (var image = 0; image < 500_000; image++)
            if (drift.Add(calibration.PValue(random.NextSingle())))
            {
                alarms++;
                drift.Restart();
            }
        Assert.That(alarms, Is.InRange(1, 100 + 2.5758 * Math.Sqrt(100)));
    }

    private static double[] MeanEvidence(float[] scores, int calibrationRows)
    {
        var sums = new double[scores.Length - calibrationRows];
        var orders = 0;
        foreach (var order in Orders([.. scores]))
        {
            orders++;
            var calibration = new ConformalCalibration(order.AsSpan(0, calibrationRows), falseAlarmRate: 0.9);
            var drift = new DriftDetector(calibrationRows, new DriftDetector.Options { OverImages = long.MaxValue });
            for (var t = 0; t < sums.Length; t++)
            {
                drift.Add(calibration.PValue(order[calibrationRows + t]));
                sums[t] += drift.Evidence;
            }
        }
        return [.. sums.Select(sum => sum / orders)];
    }

    // Heap's: all orders of an array, in place.
    private static IEnumerable<float[]> Orders(float[] values, int length = -1)
    {
        length = length < 0 ? values.Length : length;
        if (length <= 1)
        {
            yield return values;
            yield break;
        }
        for (var i = 0; i < length; i++)
        {
            foreach (var order in Orders(values, length - 1))
                yield return order;
            var other = length % 2 == 0 ? i : 0;
            (values[other], values[length - 1]) = (values[length - 1], values[other]);
        }
    }
}
