using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The percentile that scores prune or clip by.</summary>
internal static class FeaturePercentile
{
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 100).</exception>
    public static double Check(double percentile, string usual, string parameter = "percentile")
        => percentile is > 0 and < 100
            ? percentile
            : throw new ArgumentOutOfRangeException(parameter, percentile, $"A percentile lies between 0 and 100, both excluded; {usual}.");

    /// <summary>The value below which so many percent of all values lie, between two values in proportion, as NumPy's default; a scalar.</summary>
    public static Tensor Of(Tensor values, double percentile)
    {
        var flat = values.reshape(-1);
        var rank = percentile / 100 * (flat.shape[0] - 1);
        var below = (long)Math.Floor(rank);
        var low = flat.kthvalue(below + 1, 0).values;
        return rank == below ? low : low.Plus((flat.kthvalue(below + 2, 0).values - low).Times(rank - below));
    }
}
