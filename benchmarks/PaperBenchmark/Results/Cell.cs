using System.Globalization;

namespace PaperBenchmark.Results;

/// <summary>The texts of table cells.</summary>
internal static class Cell
{
    /// <summary>What stands where there is no figure.</summary>
    public const string Gap = "–";

    /// <summary>Shares as percent, mean ± standard deviation over the seeds; the mean alone where there is one seed.</summary>
    public static string Percent(IEnumerable<double?> shares, int digits = 1) => Number(shares.Select(share => 100 * share), digits);

    /// <summary>Numbers, mean ± standard deviation over the seeds.</summary>
    public static string Number(IEnumerable<double?> values, int digits = 1)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length switch
        {
            0 => Gap,
            1 => Text(known[0], digits),
            _ => $"{Text(known.Average(), digits)} ± {Text(Deviation(known), digits)}",
        };
    }

    // Of a sample: over n − 1.
    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static string Text(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
