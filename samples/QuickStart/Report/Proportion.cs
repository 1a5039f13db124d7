namespace QuickStart.Report;

/// <summary>A share that was counted on some images, and what it could have been by chance.</summary>
internal static class Proportion
{
    // The standard normal's 97.5 % quantile.
    private const double Deviations = 1.96;

    /// <summary>The 95 % interval of the true share, by Wilson's method (JASA 22, 1927).</summary>
    /// <param name="share">The share that was counted, in [0, 1].</param>
    /// <param name="count">On how many images, at least 1.</param>
    public static (double Low, double High) Interval(double share, int count)
    {
        var square = Deviations * Deviations / count;
        var centre = share + (square / 2);
        var reach = Math.Sqrt((square * share * (1 - share)) + (square * square / 4));
        return ((centre - reach) / (1 + square), (centre + reach) / (1 + square));
    }
}
