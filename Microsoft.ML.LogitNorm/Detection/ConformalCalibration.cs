using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>Turns a score into a p-value by its rank among calibration scores, and a p-value into a decision with a guaranteed false alarm rate.</summary>
/// <remarks>
/// Split conformal prediction. With n calibration scores and a new score s (higher = more likely out of distribution), p = (1 + #{calibration ≥ s}) / (n + 1).
/// If the new row and the calibration rows are exchangeable, and the network was trained on neither, P(p ≤ α) ≤ α for every α, whatever the network and
/// the score, ties included; without ties it is ⌊α(n + 1)⌋ / (n + 1). The probability is over the draw of calibration rows and new row together.
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005; Bates et al., "Testing for Outliers with Conformal p-values",
/// Annals of Statistics 51 (2023), arXiv 2104.08279, eq. 3. With a confidence the line is drawn higher, where <see cref="ToleranceRank"/> says;
/// p stays as it is. Immutable, so any number of threads may share it.
/// </remarks>
internal sealed class ConformalCalibration
{
    private readonly float[] _sorted;
    private readonly int _rank;   // a row is out of distribution if fewer calibration scores than this are at least as high

    /// <summary>Calibrates on the scores of in-distribution rows that the network was not trained on.</summary>
    /// <param name="scores">A score per calibration row, in any order; infinite ones are allowed. A sorted copy is kept.</param>
    /// <param name="falseAlarmRate">The share of in-distribution rows, in (0, 1), that may at most be taken for out of distribution.</param>
    /// <param name="confidence">
    /// The probability, in (0, 1), over the draw of the calibration rows, with which that holds from then on; null where it is to hold in their mean.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> or <paramref name="confidence"/> is outside (0, 1).</exception>
    /// <exception cref="ArgumentException">Fewer scores than <see cref="RequiredRows"/>, or a score is NaN.</exception>
    public ConformalCalibration(ReadOnlySpan<float> scores, double falseAlarmRate, double? confidence = null)
        : this(Sorted(scores, falseAlarmRate, confidence), falseAlarmRate, confidence)
    {
    }

    private ConformalCalibration(float[] sorted, double falseAlarmRate, double? confidence)
    {
        (_sorted, FalseAlarmRate, Confidence) = (sorted, falseAlarmRate, confidence);
        _rank = confidence is { } asked ? ToleranceRank.Of(sorted.Length, falseAlarmRate, asked) : MeanRank(sorted.Length, falseAlarmRate);
    }

    /// <summary>The calibration of a file.</summary>
    /// <param name="sorted">Its <see cref="Scores"/>, owned from now on.</param>
    /// <param name="falseAlarmRate">Its <see cref="FalseAlarmRate"/>.</param>
    /// <param name="confidence">Its <see cref="Confidence"/>.</param>
    /// <exception cref="ArgumentException">As when it was made; or the scores do not ascend.</exception>
    public static ConformalCalibration Of(float[] sorted, double falseAlarmRate, double? confidence = null)
    {
        Check(sorted, falseAlarmRate, confidence);
        for (var i = 1; i < sorted.Length; i++)
            if (sorted[i - 1] > sorted[i])
                throw new ArgumentException("The calibration scores do not ascend.", nameof(sorted));
        return new(sorted, falseAlarmRate, confidence);
    }

    /// <summary>What a rate needs, for messages: the beginning of a sentence.</summary>
    public static string Need(double falseAlarmRate, double? confidence, int required)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"A false alarm rate of {falseAlarmRate}{(confidence is { } asked ? $" with confidence {asked.ToString(CultureInfo.InvariantCulture)}" : "")} ")
            + string.Create(CultureInfo.InvariantCulture, $"needs at least {required} calibration rows");

    /// <summary>What to say of a score that is NaN.</summary>
    public static string NaN(long row)
        => string.Create(CultureInfo.InvariantCulture, $"The score of calibration row {row} (counted from 0) is NaN. Drop the row, or fix what scored it.");

    private static float[] Sorted(ReadOnlySpan<float> scores, double falseAlarmRate, double? confidence)
    {
        Check(scores, falseAlarmRate, confidence);
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private static void Check(ReadOnlySpan<float> scores, double falseAlarmRate, double? confidence)
    {
        var required = RequiredRows(falseAlarmRate, confidence);
        if (scores.Length < required)
            throw new ArgumentException(
                Need(falseAlarmRate, confidence, required) + string.Create(CultureInfo.InvariantCulture, $", found {scores.Length}. ")
                    + "Give more rows that the network was not trained on, or ask for a higher rate.",
                nameof(scores));

        for (var row = 0; row < scores.Length; row++)
            if (float.IsNaN(scores[row]))
                throw new ArgumentException(NaN(row), nameof(scores));
    }

    /// <summary>The share of in-distribution rows that may at most be taken for out of distribution, in (0, 1).</summary>
    public double FalseAlarmRate { get; }

    /// <summary>The probability, over the draw of the calibration rows, with which the rate is kept; null where it is kept in their mean.</summary>
    public double? Confidence { get; }

    /// <summary>A row is out of distribution if its score lies above this.</summary>
    public float Threshold => _sorted[ThresholdAt];

    /// <summary>Where among the calibration scores that is.</summary>
    public int ThresholdAt => _sorted.Length - _rank;

    /// <summary>The share of in-distribution rows above such a threshold, on average over draws of so many calibration rows, without ties.</summary>
    public double ExpectedFalseAlarmRate => _rank / (_sorted.Length + 1.0);

    /// <summary>The calibration scores, ascending; with <see cref="FalseAlarmRate"/> and <see cref="Confidence"/> all there is to save.</summary>
    public ReadOnlyMemory<float> Scores => _sorted;

    /// <summary>
    /// The fewest calibration rows with which any row can be taken for out of distribution: the smallest n with 1 / (n + 1) ≤ rate, or with a confidence with
    /// (1 − rate)ⁿ ≤ 1 − confidence.
    /// </summary>
    /// <remarks>
    /// 19 for 0.05, 99 for 0.01; with confidence 0.9 45 and 230. With fewer, not even the highest calibration score is a line that keeps the promise, and the
    /// detector would stay silent for ever.
    /// </remarks>
    /// <param name="falseAlarmRate">In (0, 1).</param>
    /// <param name="confidence">In (0, 1), or null.</param>
    /// <returns>At least 1; <see cref="int.MaxValue"/> for rates that would need more.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> or <paramref name="confidence"/> is outside (0, 1).</exception>
    public static int RequiredRows(double falseAlarmRate, double? confidence = null)
    {
        if (falseAlarmRate is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(falseAlarmRate), falseAlarmRate, "A false alarm rate lies between 0 and 1, both excluded; 0.05 is usual.");
        if (confidence is not (null or (> 0 and < 1)))
            throw new ArgumentOutOfRangeException(
                nameof(confidence), confidence, "A confidence lies between 0 and 1, both excluded; 0.9 is usual. Leave it out to keep the rate on average.");
        if (confidence is { } asked)
            return ToleranceRank.RequiredRows(falseAlarmRate, asked);

        // 1 / rate is rounded, and may pass a whole number by that; the decision compares 1 / (n + 1) itself.
        var rows = Math.Ceiling(1 / falseAlarmRate) - 1;
        if (1 / (rows + 1) > falseAlarmRate)
            rows++;
        else if (1 / rows <= falseAlarmRate)
            rows--;
        return (int)Math.Min(rows, int.MaxValue);
    }

    /// <summary>p-value of the hypothesis that a row is in-distribution: (1 + #{calibration ≥ score}) / (n + 1), in [1 / (n + 1), 1].</summary>
    /// <param name="score">Not NaN: the caller checks.</param>
    public double PValue(float score)
    {
        var (low, high) = (0, _sorted.Length);   // the first calibration score that is at least the new one lies in [low, high]
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_sorted[middle] >= score)
                high = middle;
            else
                low = middle + 1;
        }

        return (1.0 + _sorted.Length - low) / (_sorted.Length + 1.0);
    }

    /// <summary>
    /// Whether a row with this p-value is taken for out of distribution: p ≤ <see cref="FalseAlarmRate"/>, or with a confidence p ≤
    /// <see cref="ExpectedFalseAlarmRate"/>.
    /// </summary>
    public bool IsOutOfDistribution(double pValue) => pValue <= ExpectedFalseAlarmRate;

    // The largest k with k / (n + 1) ≤ rate: the product is rounded, and may pass a whole number by that.
    private static int MeanRank(int rows, double rate)
    {
        var rank = (int)Math.Floor(rate * (rows + 1.0));
        if ((rank + 1) / (rows + 1.0) <= rate)
            rank++;
        else if (rank / (rows + 1.0) > rate)
            rank--;
        return Math.Min(rank, rows);
    }
}
