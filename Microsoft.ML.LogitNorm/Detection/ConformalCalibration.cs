using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>Turns a score into a p-value by its rank among calibration scores, and a p-value into a decision with a guaranteed false alarm rate.</summary>
/// <remarks>
/// Split conformal prediction. With n calibration scores and a new score s (higher = more likely out of distribution), p = (1 + #{calibration ≥ s}) / (n + 1).
/// If the new row and the calibration rows are exchangeable, and the network was trained on neither, P(p ≤ α) ≤ α for every α, whatever the network and
/// the score, ties included; without ties it is ⌊α(n + 1)⌋ / (n + 1). The probability is over the draw of calibration rows and new row together.
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005; Bates et al., "Testing for Outliers with Conformal p-values",
/// Annals of Statistics 51 (2023), arXiv 2104.08279, eq. 3. Immutable, so any number of threads may share it.
/// </remarks>
internal sealed class ConformalCalibration
{
    private readonly float[] _sorted;

    /// <summary>Calibrates on the scores of in-distribution rows that the network was not trained on.</summary>
    /// <param name="scores">A score per calibration row, in any order; infinite ones are allowed. A sorted copy is kept.</param>
    /// <param name="falseAlarmRate">The share of in-distribution rows, in (0, 1), that may at most be taken for out of distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> is outside (0, 1).</exception>
    /// <exception cref="ArgumentException">Fewer scores than <see cref="RequiredRows"/>, or a score is NaN.</exception>
    public ConformalCalibration(ReadOnlySpan<float> scores, double falseAlarmRate)
    {
        Check(scores, falseAlarmRate);
        FalseAlarmRate = falseAlarmRate;
        _sorted = scores.ToArray();
        Array.Sort(_sorted);
    }

    private ConformalCalibration(float[] sorted, double falseAlarmRate) => (_sorted, FalseAlarmRate) = (sorted, falseAlarmRate);

    /// <summary>The calibration of a file.</summary>
    /// <param name="sorted">Its <see cref="Scores"/>, owned from now on.</param>
    /// <param name="falseAlarmRate">Its <see cref="FalseAlarmRate"/>.</param>
    /// <exception cref="ArgumentException">As when it was made; or the scores do not ascend.</exception>
    public static ConformalCalibration Of(float[] sorted, double falseAlarmRate)
    {
        Check(sorted, falseAlarmRate);
        for (var i = 1; i < sorted.Length; i++)
            if (sorted[i - 1] > sorted[i])
                throw new ArgumentException("The calibration scores do not ascend.", nameof(sorted));
        return new(sorted, falseAlarmRate);
    }

    private static void Check(ReadOnlySpan<float> scores, double falseAlarmRate)
    {
        var required = RequiredRows(falseAlarmRate);
        if (scores.Length < required)
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A false alarm rate of {falseAlarmRate} needs at least {required} calibration rows, found {scores.Length}. ")
                    + "Give more rows that the network was not trained on, or ask for a higher rate.",
                nameof(scores));

        for (var row = 0; row < scores.Length; row++)
            if (float.IsNaN(scores[row]))
                throw new ArgumentException(
                    $"The score of calibration row {row} (counted from 0) is NaN. Drop the row, or fix what scored it.", nameof(scores));
    }

    /// <summary>The share of in-distribution rows that may at most be taken for out of distribution, in (0, 1).</summary>
    public double FalseAlarmRate { get; }

    /// <summary>The calibration scores, ascending; with <see cref="FalseAlarmRate"/> all there is to save.</summary>
    public ReadOnlyMemory<float> Scores => _sorted;

    /// <summary>The fewest calibration rows with which any row can be taken for out of distribution: the smallest n with 1 / (n + 1) ≤ rate.</summary>
    /// <remarks>19 for 0.05, 99 for 0.01. With fewer, the smallest p-value lies above the rate and the detector would stay silent for ever.</remarks>
    /// <param name="falseAlarmRate">In (0, 1).</param>
    /// <returns>At least 1; <see cref="int.MaxValue"/> for rates that would need more.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> is outside (0, 1).</exception>
    public static int RequiredRows(double falseAlarmRate)
    {
        if (falseAlarmRate is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(falseAlarmRate), falseAlarmRate, "A false alarm rate lies between 0 and 1, both excluded; 0.05 is usual.");

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

    /// <summary>Whether a row with this p-value is taken for out of distribution: p ≤ <see cref="FalseAlarmRate"/>.</summary>
    public bool IsOutOfDistribution(double pValue) => pValue <= FalseAlarmRate;
}
