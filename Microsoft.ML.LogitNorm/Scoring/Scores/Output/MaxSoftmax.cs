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
    internal override Tensor Score(in OodBatch batch) => -batch.Logits!.softmax(1).amax([1]);
}
