namespace Microsoft.ML.LogitNorm.Benchmarks.Growth;

/// <summary>How the time of one thing grows with its size.</summary>
/// <param name="Panel">What grows, such as "rows in the bank".</param>
/// <param name="Name">What takes the time.</param>
/// <param name="Sizes">The sizes.</param>
/// <param name="Milliseconds">The middle round's time at each of them.</param>
internal sealed record Curve(string Panel, string Name, IReadOnlyList<int> Sizes, IReadOnlyList<double> Milliseconds)
{
    /// <summary>The power of the size that the time follows: the slope of the line through the last points where both are logarithms.</summary>
    public double Exponent => Slope([.. Sizes.Zip(Milliseconds, (size, time) => (Math.Log(size), Math.Log(time))).TakeLast(3)]);

    private static double Slope((double X, double Y)[] points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
