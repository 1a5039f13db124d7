namespace Microsoft.ML.LogitNorm.Benchmarks.Drift;

/// <summary>Weeks in which nothing changes: scores of calibration rows and images are draws of one distribution, and every alarm is a false one.</summary>
internal static class QuietWeeks
{
    /// <summary>How many weeks have an alarm, each with calibration rows of its own.</summary>
    public static int WithAnAlarm(int weeks, int images, int rows, DriftDetector.Options options)
    {
        var alarms = 0;
        Parallel.For(0, weeks, week =>
        {
            var random = new Random(week);
            var calibration = Calibration(rows, random);
            var drift = new DriftDetector(rows, options);
            for (var image = 0; image < images && !drift.HasChanged; image++)
                drift.Add(calibration.PValue(random.NextSingle()));
            if (drift.HasChanged)
                Interlocked.Increment(ref alarms);
        });
        return alarms;
    }

    /// <summary>How many alarms there are in all weeks one after the other, by one calibration, when each is looked into at once.</summary>
    public static int Alarms(int weeks, int images, int rows, DriftDetector.Options options, int seed)
    {
        var random = new Random(seed);
        var calibration = Calibration(rows, random);
        var drift = new DriftDetector(rows, options);
        var alarms = 0;
        for (var image = 0L; image < (long)weeks * images; image++)
            if (drift.Add(calibration.PValue(random.NextSingle())))
            {
                alarms++;
                drift.Restart();
            }
        return alarms;
    }

    /// <summary>The same for a test that takes the calibration's p-values for uniform, whatever images it has seen.</summary>
    public static int AlarmsIfTakenForUniform(int weeks, int images, int rows, DriftDetector.Options options, int seed)
    {
        double[] bets = [0.1, 0.3, 0.5, 0.7, 0.9];
        var random = new Random(seed);
        var calibration = Calibration(rows, random);
        var evidence = new double[bets.Length];
        var threshold = new DriftDetector(rows, options).Threshold;
        var alarms = 0;
        for (var image = 0L; image < (long)weeks * images; image++)
        {
            var high = calibration.PValue(random.NextSingle());
            var low = high - 1 / (rows + 1.0);
            for (var i = 0; i < bets.Length; i++)
                evidence[i] = (evidence[i] + 1) * (Math.Pow(high, bets[i]) - Math.Pow(Math.Max(0, low), bets[i])) / (high - low);
            if (evidence.Average() >= threshold)
            {
                alarms++;
                Array.Clear(evidence);
            }
        }
        return alarms;
    }

    private static ConformalCalibration Calibration(int rows, Random random)
        => new([.. Enumerable.Range(0, rows).Select(_ => random.NextSingle())], falseAlarmRate: 0.5);
}
