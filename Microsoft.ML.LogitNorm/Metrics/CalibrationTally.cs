namespace Microsoft.ML.LogitNorm;

/// <summary>Adds up what <see cref="CalibrationMetrics"/> needs row by row, so that no rows need to be kept.</summary>
internal sealed class CalibrationTally
{
    // As in ML.NET's LogLoss: one row that was given up entirely does not make the mean infinite.
    private const double LeastProbability = 1e-15;

    // Softmax in single precision stays far below it, and logits seldom do.
    private const double SumTolerance = 1e-3;

    private readonly Bin[] _bins;
    private readonly string _source;
    private double _logLoss, _squares;

    /// <param name="bins">How many bins, at least 1.</param>
    /// <param name="source">What messages call the rows, such as "column 'Score'".</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is less than 1.</exception>
    public CalibrationTally(int bins, string source)
    {
        if (bins < 1)
            throw new ArgumentOutOfRangeException(nameof(bins), bins, $"Sort the rows into at least 1 bin; {CalibrationMetrics.DefaultBins} are usual.");
        (_bins, _source) = (new Bin[bins], source);
    }

    /// <summary>Counts a row.</summary>
    /// <param name="probabilities">A probability for each class, sum 1 within 1e-3.</param>
    /// <param name="label">The right class, counted from 0.</param>
    /// <param name="row">The row's number, for messages.</param>
    /// <exception cref="ArgumentException">These are no probabilities, or the label is none of their classes.</exception>
    public void Add(ReadOnlySpan<double> probabilities, int label, long row)
    {
        CheckProbabilities(probabilities, row);
        if (label < 0 || label >= probabilities.Length)
            throw Bad(
                row,
                $"its label is class {label} (counted from 0), but it has probabilities of {probabilities.Length} classes. "
                + "Label and probabilities must be of the same classes.");

        var best = 0;
        for (var c = 0; c < probabilities.Length; c++)
        {
            if (probabilities[c] > probabilities[best])
                best = c;
            var error = probabilities[c] - (c == label ? 1 : 0);
            _squares += error * error;
        }
        var confidence = Math.Min(probabilities[best], 1);   // rounding may have left more
        _logLoss -= Math.Log(Math.Clamp(probabilities[label], LeastProbability, 1));
        _bins[BinOf(confidence)].Add(confidence, best == label);
    }

    /// <summary>Rows counted so far.</summary>
    public long Count => _bins.Sum(bin => bin.Count);

    /// <exception cref="ArgumentException">No row was counted.</exception>
    public CalibrationMetrics ToMetrics()
    {
        var count = Count;
        if (count == 0)
            throw new ArgumentException($"No rows with a label in {_source}: calibration is measured on at least one.");
        return new()
        {
            ExpectedCalibrationError = _bins.Sum(bin => bin.Gap * bin.Count) / count,
            MaximumCalibrationError = _bins.Max(bin => bin.Gap),
            NegativeLogLikelihood = _logLoss / count,
            BrierScore = _squares / count,
            Accuracy = (double)_bins.Sum(bin => bin.Right) / count,
            MeanConfidence = _bins.Sum(bin => bin.Confidence) / count,
            Count = count,
            Bins = [.. _bins.Select((bin, i) => bin.Count == 0
                ? new ReliabilityBin(Bound(i), Bound(i + 1), 0, null, null)
                : new ReliabilityBin(Bound(i), Bound(i + 1), bin.Count, bin.Confidence / bin.Count, (double)bin.Right / bin.Count))],
        };
    }

    private void CheckProbabilities(ReadOnlySpan<double> probabilities, long row)
    {
        if (probabilities.IsEmpty)
            throw Bad(row, "it has no values, but needs a probability for each class.");
        var sum = 0.0;
        for (var c = 0; c < probabilities.Length; c++)
        {
            if (!(probabilities[c] >= 0))
                throw Bad(
                    row,
                    FormattableString.Invariant($"its value for class {c} (counted from 0) is {probabilities[c]}, which is no probability. ")
                    + "Give softmax outputs, such as the column Score, not logits.");
            sum += probabilities[c];
        }
        if (!(Math.Abs(sum - 1) <= SumTolerance))
            throw Bad(row, FormattableString.Invariant($"its values sum to {sum}, not to 1. Give softmax outputs, such as the column Score, not logits."));
    }

    private ArgumentException Bad(long row, string problem) => new($"Row {row} (counted from 0) of {_source}: {problem}");

    private int BinOf(double confidence)
    {
        // The product is rounded and may have passed a whole number by that; the bounds that are reported decide.
        var bin = Math.Clamp((int)Math.Ceiling(confidence * _bins.Length) - 1, 0, _bins.Length - 1);
        return confidence <= Bound(bin) ? bin - 1 : confidence > Bound(bin + 1) ? bin + 1 : bin;
    }

    private double Bound(int bin) => (double)bin / _bins.Length;

    private struct Bin
    {
        public long Count, Right;
        public double Confidence;

        /// <summary>Distance of mean confidence from accuracy; 0 without rows.</summary>
        public readonly double Gap => Count == 0 ? 0 : Math.Abs(Right - Confidence) / Count;

        public void Add(double confidence, bool isRight)
        {
            Count++;
            Confidence += confidence;
            Right += isRight ? 1 : 0;
        }
    }
}
