namespace Microsoft.ML.LogitNorm;

/// <summary>How many calibration rows may lie above a threshold so that the true rate above it keeps a limit, with a given probability.</summary>
/// <remarks>
/// Of n independent rows with a continuous score, the share of the distribution above the k-th largest has the distribution Beta(k, n + 1 − k), whatever the
/// score. It is at most α with probability P(Binomial(n, α) ≥ k): the largest k for which this reaches the confidence gives the lowest threshold. Ties only
/// make the rate smaller.
/// Wilks, "Determination of Sample Sizes for Setting Tolerance Limits", Annals of Mathematical Statistics 12 (1941); Vovk, "Conditional Validity of Inductive
/// Conformal Predictors", ACML 2012, Proposition 2a. Exact sums, no normal approximation.
/// </remarks>
internal static class ToleranceRank
{
    /// <summary>The largest k with P(Binomial(n, α) ≥ k) ≥ confidence; 0 if there is none.</summary>
    /// <param name="rows">n, at least 1.</param>
    /// <param name="rate">α, in (0, 1).</param>
    /// <param name="confidence">In (0, 1).</param>
    public static int Of(int rows, double rate, double confidence)
    {
        var (first, weights) = Weights(rows, rate);
        // Sums that are equal may be rounded apart: the confidence is right to twelve digits.
        var allowed = (1 - confidence) * weights.Sum() * (1 + 1e-12);
        var (k, below) = (first, 0.0);   // below: P(Binomial < k), in weights
        foreach (var weight in weights)
        {
            below += weight;
            if (below > allowed)
                break;
            k++;
        }
        return Math.Min(k, rows);
    }

    /// <summary>The fewest rows for which there is a rank; <see cref="int.MaxValue"/> for those that would need more.</summary>
    /// <param name="rate">α, in (0, 1).</param>
    /// <param name="confidence">In (0, 1).</param>
    public static int RequiredRows(double rate, double confidence)
    {
        long enough = 1;
        while (enough < int.MaxValue && Of((int)enough, rate, confidence) == 0)
            enough = Math.Min(2 * enough, int.MaxValue);
        var tooFew = enough / 2;
        while (enough - tooFew > 1)
        {
            var middle = tooFew + (enough - tooFew) / 2;
            if (Of((int)middle, rate, confidence) == 0)
                tooFew = middle;
            else
                enough = middle;
        }
        return (int)enough;
    }

    // P(Binomial = j) for j from first on, but for a factor: from the most likely j, whose weight is 1, outwards until they vanish. So none of them
    // overflows, and for millions of rows only those that count are looked at.
    private static (int First, List<double> Weights) Weights(int rows, double rate)
    {
        var mode = (int)Math.Min(Math.Floor((rows + 1.0) * rate), rows);
        var weights = new List<double>();
        var (first, weight, odds) = (mode, 1.0, rate / (1 - rate));
        for (var j = mode; weight > 0; j--)
        {
            weights.Add(weight);
            first = j;
            if (j == 0)
                break;
            weight *= j / ((rows - j + 1.0) * odds);
        }
        weights.Reverse();
        weight = 1;
        for (var j = mode; j < rows; j++)
        {
            weight *= (rows - j) / (j + 1.0) * odds;
            if (weight == 0)
                break;
            weights.Add(weight);
        }
        return (first, weights);
    }
}
