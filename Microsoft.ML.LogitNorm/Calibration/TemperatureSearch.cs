using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Finds the temperature T at which softmax(f / T) is likeliest to give the labels.</summary>
/// <remarks>
/// Minimises the mean of −log softmax(f / T)_y over T &gt; 0, f = logits [B, C]. In β = 1 / T it is convex, and its derivative mean(Σ p_c f_c − f_y), with
/// p = softmax(βf), never falls: the root is found by halving an interval of log T, which no logits can throw off. Cost: 28 passes of O(BC).
/// Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, arXiv 1706.04599, section 4.2.
/// </remarks>
internal static class TemperatureSearch
{
    /// <summary>The interval that is searched. LogitNorm leaves the scale of logits open, so it is wide.</summary>
    public const double Lowest = 1e-6, Highest = 1e6;

    // Of log T, so the relative error of T.
    private const double Precision = 1e-7;

    /// <summary>What was found.</summary>
    /// <param name="Temperature">T, in [<see cref="Lowest"/>, <see cref="Highest"/>].</param>
    /// <param name="Warning">Why there is no minimum inside, for people; null where there is one.</param>
    public readonly record struct Result(double Temperature, string? Warning);

    /// <summary>Finds T to a relative 1e-7.</summary>
    /// <param name="logits">Row-major [B, C], finite.</param>
    /// <param name="labels">[B], each in [0, C).</param>
    /// <exception cref="ArgumentException">There is no row, or the logits are no matrix of as many rows.</exception>
    public static Result Find(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty || logits.IsEmpty || logits.Length % labels.Length != 0)
            throw new ArgumentException($"{logits.Length} logits are no matrix of {labels.Length} rows.", nameof(logits));

        var fallsToTheEnd = Slope(logits, labels, 1 / Lowest) <= 0;
        var risesFromTheStart = Slope(logits, labels, 1 / Highest) >= 0;
        if (fallsToTheEnd && risesFromTheStart)
            return new(1, "The logits of each row are all equal, so Score is the same at every temperature; it stays at 1.");
        if (fallsToTheEnd)
            return new(
                Lowest,
                Invariant($"The temperature ended at {Lowest}, the lowest that is tried: ")
                + "all rows are right, so the surer the better, and Score becomes 0 or 1. Fit on more rows that the network was not trained on, "
                + "with some that it gets wrong.");
        if (risesFromTheStart)
            return new(
                Highest,
                Invariant($"The temperature ended at {Highest}, the highest that is tried: ")
                + "the labels' logits are no larger than others, so Score becomes the same for all classes. "
                + "Are these the labels of these rows, as keys from the model's own MapValueToKey?");

        var (low, high) = (Math.Log(Lowest), Math.Log(Highest));
        while (high - low > Precision)
        {
            var middle = (low + high) / 2;
            if (Slope(logits, labels, Math.Exp(-middle)) > 0)
                low = middle;
            else
                high = middle;
        }
        return new(Math.Exp((low + high) / 2), null);
    }

    // Derivative of the mean negative log-likelihood by beta. The row's largest logit is taken off first: it cancels, and exp cannot overflow.
    private static double Slope(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, double beta)
    {
        var classes = logits.Length / labels.Length;
        var slope = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var values = logits.Slice(row * classes, classes);
            var largest = values[0];
            foreach (var value in values)
                largest = Math.Max(largest, value);
            var (sum, weighted) = (0.0, 0.0);
            foreach (var value in values)
            {
                var weight = Math.Exp(beta * (value - largest));
                sum += weight;
                weighted += weight * (value - largest);
            }
            slope += weighted / sum - (values[labels[row]] - largest);
        }
        return slope / labels.Length;
    }
}
