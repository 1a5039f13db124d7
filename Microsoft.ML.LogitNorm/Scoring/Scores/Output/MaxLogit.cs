using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Maximum logit, negated.</summary>
/// <remarks>
/// −max f, f = logits [B, C]; gives [B], unbounded, higher = more likely out of distribution.
/// Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022, arXiv 1911.11132.
/// Needs <c>Logits</c>; learns nothing. Cost: O(BC).
/// </remarks>
internal sealed record MaxLogit : OodScore
{
    internal override Tensor Score(in OodBatch batch) => -batch.Logits!.amax([1]);
}
