namespace Microsoft.ML.LogitNorm;

/// <summary>Counts the rows that each threshold takes for positive, from the threshold that takes none to the one that takes all.</summary>
/// <remarks>
/// Every curve and area of this folder is a function of one such sweep. Tied rows fall together, so a sweep has one step per distinct score, after a
/// first step that takes no row. Scores are out-of-distribution scores: higher = more likely out of distribution. Cost: O(n log n), one sort per side.
/// </remarks>
internal sealed class ThresholdSweep
{
    private readonly Step[] _steps;

    private ThresholdSweep(Step[] steps) => _steps = steps;

    /// <summary>What one threshold takes for positive.</summary>
    public readonly record struct Step(double Threshold, int TruePositives, int FalsePositives);

    /// <summary>The steps, from none to all; at least two.</summary>
    public ReadOnlySpan<Step> Steps => _steps;

    /// <summary>Rows of the positive side, at least 1.</summary>
    public int Positives => _steps[^1].TruePositives;

    /// <summary>Rows of the other side, at least 1.</summary>
    public int Negatives => _steps[^1].FalsePositives;

    /// <summary>
    /// Sweeps upwards with in-distribution rows as positive: a threshold takes the rows that score at most as much; the first, −∞, takes none.
    /// </summary>
    /// <exception cref="ArgumentException">A side has no row, or a score is NaN.</exception>
    public static ThresholdSweep InDistributionPositive(ReadOnlySpan<double> inDistribution, ReadOnlySpan<double> outOfDistribution)
    {
        var known = Sorted(inDistribution, nameof(inDistribution));
        var unknown = Sorted(outOfDistribution, nameof(outOfDistribution));

        List<Step> steps = [new(double.NegativeInfinity, 0, 0)];
        var (taken, mistaken) = (0, 0);
        while (taken < known.Length || mistaken < unknown.Length)
        {
            var threshold = Math.Min(ScoreAt(known, taken), ScoreAt(unknown, mistaken));
            taken = SkipTies(known, taken, threshold);
            mistaken = SkipTies(unknown, mistaken, threshold);
            steps.Add(new(threshold, taken, mistaken));
        }

        return new([.. steps]);
    }

    /// <summary>The same rows with the other side as positive, swept the other way: a threshold takes the rows on its other side, itself included.</summary>
    public ThresholdSweep Opposite()
    {
        var opposite = new Step[_steps.Length];
        opposite[0] = new(-_steps[0].Threshold, 0, 0);
        for (var i = 1; i < _steps.Length; i++)
        {
            var below = _steps[^(i + 1)];
            opposite[i] = new(_steps[^i].Threshold, Negatives - below.FalsePositives, Positives - below.TruePositives);
        }

        return new(opposite);
    }

    private static double[] Sorted(ReadOnlySpan<double> scores, string side)
    {
        if (scores.IsEmpty)
            throw new ArgumentException($"No rows in {side}: metrics compare two sides, each of at least one row.", side);

        for (var row = 0; row < scores.Length; row++)
            if (double.IsNaN(scores[row]))
                throw new ArgumentException($"The score of row {row} (counted from 0) of {side} is NaN. Drop the row, or fix what scored it.", side);

        var sorted = scores.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    // Past its end a side no longer has a say in the next threshold; if its +∞ is a real score, both sides still agree on it.
    private static double ScoreAt(double[] sorted, int index) => index < sorted.Length ? sorted[index] : double.PositiveInfinity;

    private static int SkipTies(double[] sorted, int index, double score)
    {
        while (index < sorted.Length && sorted[index] == score)
            index++;
        return index;
    }
}
