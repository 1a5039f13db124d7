using FsCheck;
using FsCheck.Fluent;

namespace Microsoft.ML.LogitNorm.Tests.Calibration;

/// <summary>What must hold for any logits and labels.</summary>
[TestFixture, FsCheck.NUnit.Properties(Arbitrary = [typeof(LabelledLogits)])]
public sealed class CalibrationProperties
{
    [FsCheck.NUnit.Property]
    public bool Metrics_LieInTheirRanges(Rows rows)
    {
        var metrics = rows.MetricsAt(1);

        return metrics.ExpectedCalibrationError is >= 0 and <= 1
            && metrics.MaximumCalibrationError is >= 0 and <= 1 && metrics.MaximumCalibrationError >= metrics.ExpectedCalibrationError - 1e-12
            && metrics.ExpectedCalibrationError >= Math.Abs(metrics.Accuracy - metrics.MeanConfidence) - 1e-12
            && metrics.BrierScore is >= 0 and <= 2 && metrics.NegativeLogLikelihood >= 0;
    }

    [FsCheck.NUnit.Property]
    public bool Bins_HoldEachRowBetweenTheirBounds(Rows rows)
    {
        double[] confidences = [.. rows.Logits.Select(row => Softmax.Of(row).Max())];
        var metrics = rows.MetricsAt(1);

        return metrics.Bins.Sum(bin => bin.Count) == metrics.Count
            && metrics.Bins.All(bin => bin.Count == confidences.Count(c => c > bin.LowerBound && c <= bin.UpperBound)
                && (bin.Count == 0) == (bin.Confidence is null) && (bin.Count == 0) == (bin.Accuracy is null));
    }

    [FsCheck.NUnit.Property]
    public bool Metrics_Permutation_ChangesNothing(Rows rows, int seed)
    {
        int[] order = [.. Enumerable.Range(0, rows.Labels.Length)];
        new Random(seed).Shuffle(order);
        var (one, other) = (rows.MetricsAt(1), new Rows([.. order.Select(i => rows.Logits[i])], [.. order.Select(i => rows.Labels[i])]).MetricsAt(1));

        return Close(one.ExpectedCalibrationError, other.ExpectedCalibrationError) && Close(one.MaximumCalibrationError, other.MaximumCalibrationError)
            && Close(one.NegativeLogLikelihood, other.NegativeLogLikelihood) && Close(one.BrierScore, other.BrierScore)
            && one.Accuracy == other.Accuracy && Close(one.MeanConfidence, other.MeanConfidence)
            && one.Bins.Select(bin => bin.Count).SequenceEqual(other.Bins.Select(bin => bin.Count));
    }

    [FsCheck.NUnit.Property]
    public bool Find_NoOtherTemperatureIsLikelier(Rows rows)
    {
        var (temperature, warning) = rows.Fit;
        var best = rows.LossAt(temperature);
        var isHigher = best <= rows.LossAt(temperature * 1.01) + 1e-12;
        var isLower = best <= rows.LossAt(temperature / 1.01) + 1e-12;

        return (isHigher || temperature == TemperatureSearch.Highest) && (isLower || temperature == TemperatureSearch.Lowest)
            && (warning is null) == (temperature is not (TemperatureSearch.Lowest or TemperatureSearch.Highest) && !rows.AreFlat);
    }

    [FsCheck.NUnit.Property]
    public bool Find_Temperature_LeavesTheAccuracy(Rows rows)
        => rows.MetricsAt(rows.Fit.Temperature).Accuracy == rows.MetricsAt(1).Accuracy;

    // Logits k times as large need a temperature k times as high; a number added to a row's logits changes nothing.
    [FsCheck.NUnit.Property]
    public bool Find_ScaledAndShiftedLogits_ScaleTheTemperature(Rows rows)
    {
        var changed = new Rows([.. rows.Logits.Select((row, i) => row.Select(logit => 4 * logit + i).ToArray())], rows.Labels);

        return rows.Fit.Warning is not null
            ? changed.Fit == rows.Fit
            : Math.Abs(changed.Fit.Temperature / rows.Fit.Temperature - 4) < 1e-5;
    }

    private static bool Close(double one, double other) => Math.Abs(one - other) <= 1e-12;

    /// <summary>Logits with labels, and what this library makes of them.</summary>
    public sealed record Rows(double[][] Logits, int[] Labels)
    {
        internal TemperatureSearch.Result Fit => TemperatureSearch.Find([.. Logits.SelectMany(row => row)], Labels);

        internal bool AreFlat => Logits.All(row => row.Max() == row.Min());

        internal CalibrationMetrics MetricsAt(double temperature)
            => CalibrationMetrics.Compute([.. Logits.Select(row => Softmax.Of(row, temperature))], Labels);

        internal double LossAt(double temperature) => Softmax.NegativeLogLikelihood(Logits, Labels, temperature);
    }

    /// <summary>
    /// One to forty rows of two to five classes; few different logits, so that many draws have ties, and rows that are all right or all wrong.
    /// </summary>
    public static class LabelledLogits
    {
        public static Arbitrary<Rows> Arbitrary()
            => Gen.Choose(2, 5).SelectMany(classes => Gen.Choose(1, 40).SelectMany(count =>
                Gen.Choose(-6, 6).Select(logit => (double)logit).ArrayOf(classes).ArrayOf(count).SelectMany(logits =>
                    Gen.Choose(0, classes - 1).ArrayOf(count).Select(labels => new Rows(logits, labels))))).ToArbitrary();
    }
}
