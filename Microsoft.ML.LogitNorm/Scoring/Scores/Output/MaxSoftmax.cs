using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Maximum softmax probability (MSP), negated.</summary>
/// <remarks>
/// −max p with p = softmax(f), f = logits [B, C]; gives [B] in [−1, −1/C], higher = more likely out of distribution.
/// Hendrycks &amp; Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples in Neural Networks", ICLR 2017,
/// arXiv 1610.02136. Needs <c>Logits</c>; learns nothing. Cost: O(BC).
/// </remarks>
internal sealed record MaxSoftmax : OodScore
{
    // In double precision: in float32 the rows that the network is sure of would all be 1, and their ranks in a Fuse an accident of rounding.
    internal override Tensor Score(in OodBatch batch) => -batch.Logits!.to(float64).softmax(1).amax([1]);
}
