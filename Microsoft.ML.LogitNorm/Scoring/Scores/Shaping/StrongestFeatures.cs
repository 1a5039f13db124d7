using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The k largest features of each row, which activation shaping keeps or measures.</summary>
/// <param name="Values">[B, k].</param>
/// <param name="Positions">Where they stand, [B, k].</param>
internal readonly record struct StrongestFeatures(Tensor Values, Tensor Positions)
{
    /// <summary>Least sum that is divided by: a row of zeros is left as it is.</summary>
    internal const double MinimumSum = 1e-10;

    /// <summary>Where the ratio of the sums is cut off: e^60 = 1e26, and the logits beyond it are still numbers.</summary>
    internal const double LargestRatio = 60;

    /// <summary>Finds them.</summary>
    /// <param name="embedding">[B, D].</param>
    /// <param name="percentile">Share of the features, in percent, that is not among them; at least one feature always is.</param>
    public static StrongestFeatures Of(Tensor embedding, double percentile)
    {
        var (values, positions) = embedding.topk((int)CountOf(embedding.shape[1], percentile), 1);
        return new(values, positions);
    }

    /// <summary>How many of so many features are the strongest: k.</summary>
    internal static long CountOf(long features, double percentile) => Math.Max(1, features - (long)Math.Round(features * percentile / 100));

    /// <summary>exp(sum of all features / sum of the strongest), [B, 1].</summary>
    public Tensor Scale(Tensor embedding)
        => (embedding.sum([1], keepdim: true) / Values.sum([1], keepdim: true).AtLeast(MinimumSum)).AtMost(LargestRatio).exp();

    /// <summary>A matrix like the embedding with the given values at the positions of the strongest features, and 0 elsewhere.</summary>
    public Tensor Alone(Tensor embedding, Tensor values) => zeros_like(embedding).scatter_(1, Positions, values);
}
