namespace Microsoft.ML.LogitNorm.Benchmarks.Drift;

/// <summary>Streams of real scores: calibration rows and quiet images of one set, in an order drawn anew each time, then images of another.</summary>
/// <param name="quiet">Scores of images as they were.</param>
/// <param name="rows">How many of them are calibration rows.</param>
/// <param name="before">How many of them come before the change.</param>
internal sealed class Noticing(float[] quiet, int rows, int before)
{
    private readonly DriftDetector.Options _options = new();

    /// <summary>For each of so many streams the changed images until the alarm; null where there were not enough, or where the alarm came before.</summary>
    /// <param name="changed">Scores of changed images.</param>
    /// <param name="share">Which share of the images they are, from the change on; the others are quiet.</param>
    /// <param name="streams">How many streams.</param>
    public int?[] Images(float[] changed, double share, int streams)
        => [.. Enumerable.Range(0, streams).AsParallel().AsOrdered().Select(stream =>
        {
            var random = new Random(stream);
            var (order, others) = (Shuffled(quiet, random), new Queue<float>(Shuffled(changed, random)));
            var calibration = new ConformalCalibration(order.AsSpan(0, rows), falseAlarmRate: 0.05);
            var drift = new DriftDetector(rows, _options);
            var rest = new Queue<float>(order[rows..]);
            for (var i = 0; i < before; i++)
                if (drift.Add(calibration.PValue(rest.Dequeue())))
                    return (int?)null;
            for (var image = 1; ; image++)
            {
                var from = random.NextDouble() < share ? others : rest;
                if (from.Count == 0)
                    return null;
                if (drift.Add(calibration.PValue(from.Dequeue())))
                    return image;
            }
        })];

    /// <summary>In how many of so many streams of quiet images there is an alarm.</summary>
    public int FalseAlarms(int streams, DriftDetector.Options options)
        => Enumerable.Range(0, streams).AsParallel().Count(stream =>
        {
            var order = Shuffled(quiet, new Random(stream));
            var calibration = new ConformalCalibration(order.AsSpan(0, rows), falseAlarmRate: 0.05);
            var drift = new DriftDetector(rows, options);
            foreach (var score in order.AsSpan(rows))
                drift.Add(calibration.PValue(score));
            return drift.HasChanged;
        });

    /// <summary>The share of changed images that a detector with a false-alarm rate of 5 % calls out of distribution.</summary>
    public double CalledOut(float[] changed)
    {
        var calibration = new ConformalCalibration(quiet, falseAlarmRate: 0.05);
        return changed.Average(score => calibration.IsOutOfDistribution(calibration.PValue(score)) ? 1.0 : 0);
    }

    private static float[] Shuffled(float[] values, Random random)
    {
        float[] copy = [.. values];
        random.Shuffle(copy);
        return copy;
    }
}
