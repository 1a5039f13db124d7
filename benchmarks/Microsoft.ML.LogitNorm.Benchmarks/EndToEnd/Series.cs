namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>What one thing came to in each round.</summary>
/// <param name="Part">The part of the run, such as "training".</param>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">Of the values, such as "images/s".</param>
/// <param name="Rounds">One value a round.</param>
internal sealed record Series(string Part, string Name, string Unit, IReadOnlyList<double> Rounds)
{
    /// <summary>The middle round.</summary>
    public double Median { get; } = Of(Rounds, 0.5);

    /// <summary>The value that a share of the values does not exceed (nearest rank).</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
