namespace Microsoft.ML.LogitNorm;

/// <summary>How far probabilities can be taken at their word: of rows that a classifier gives 80 %, are 80 % right?</summary>
/// <remarks>
/// <para>
/// A row's <em>confidence</em> is its largest probability, and it is <em>right</em> if that is its label's; of equal largest ones the first counts. Rows are
/// sorted by confidence into bins of equal width over (0, 1], (i / M, (i + 1) / M] for i = 0 … M − 1. Each bin has its upper bound; no bin needs to have 0,
/// since probabilities that sum to 1 have a maximum above it.
/// </para>
/// <para>
/// All shares are in [0, 1], not percent. The expected calibration error sees only the largest probability of each row and depends on the bins: compare it
/// between models at equal bins, and together with <see cref="NegativeLogLikelihood"/> or <see cref="BrierScore"/>, which cannot be low for a classifier that
/// gives every row the same probabilities.
/// </para>
/// </remarks>
public sealed record CalibrationMetrics
{
    internal const int DefaultBins = 15;

    /// <summary>Mean distance of confidence from accuracy over the bins, weighted by their rows, in [0, 1]. Lower is better.</summary>
    /// <remarks>
    /// ECE = Σ (nᵢ / n) |accuracyᵢ − confidenceᵢ|. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, arXiv 1706.04599, eq. 3; with 15 bins
    /// as there, and in the code behind the LogitNorm paper's Table 4.
    /// </remarks>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>The largest distance of confidence from accuracy among the bins that have rows, in [0, 1]. Lower is better.</summary>
    /// <remarks>MCE = max |accuracyᵢ − confidenceᵢ| (ibid., eq. 5). A bin with few rows can decide it: look at <see cref="Bins"/>.</remarks>
    public required double MaximumCalibrationError { get; init; }

    /// <summary>Mean of −log p of the right class, natural logarithm, at least 0. Lower is better; log C is guessing among C classes.</summary>
    /// <remarks>A probability below 1e-15 counts as 1e-15, as in <c>LogLoss</c> of ML.NET's metrics, which this is.</remarks>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Squared distance of the probabilities from the right answer, in [0, 2]. Lower is better.</summary>
    /// <remarks>
    /// Mean over rows of Σ (p_c − 1[c is the right class])², summed over all classes. Brier, Monthly Weather Review 78 (1950). Some divide by the classes.
    /// </remarks>
    public required double BrierScore { get; init; }

    /// <summary>Share of the rows that are right, in [0, 1].</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean confidence of all rows. Above <see cref="Accuracy"/>: overconfident on the whole; below: underconfident.</summary>
    public required double MeanConfidence { get; init; }

    /// <summary>Rows evaluated, at least 1.</summary>
    public required long Count { get; init; }

    /// <summary>All bins from low to high confidence, also those without rows.</summary>
    public required IReadOnlyList<ReliabilityBin> Bins { get; init => field = ValueList.Of(value); }

    /// <summary>All figures, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <summary>Evaluates probabilities.</summary>
    /// <param name="probabilities">For each row a probability for each class; each row sums to 1 within 1e-3.</param>
    /// <param name="labels">For each row its class, counted from 0.</param>
    /// <param name="bins">How many bins, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// There is no row, or not a label for each; or a row, which the message names, is not one of probabilities with a label.
    /// </exception>
    internal static CalibrationMetrics Compute(ReadOnlySpan<double[]> probabilities, ReadOnlySpan<int> labels, int bins = DefaultBins)
    {
        if (probabilities.Length != labels.Length)
            throw new ArgumentException($"{probabilities.Length} rows of probabilities need as many labels, found {labels.Length}.", nameof(labels));

        var tally = new CalibrationTally(bins, nameof(probabilities));
        for (var row = 0; row < labels.Length; row++)
            tally.Add(probabilities[row], labels[row], row);
        return tally.ToMetrics();
    }
}
