using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Entropy of the softmax.</summary>
/// <remarks>
/// −Σ p log p with p = softmax(f), f = logits [B, C]; gives [B] in [0, log C], higher = more likely out of distribution.
/// The baseline of Macêdo et al., "Entropic Out-of-Distribution Detection", IJCNN 2021, arXiv 1908.05569, and of many others.
/// Needs <c>Logits</c>; learns nothing. Cost: O(BC).
/// </remarks>
internal sealed record Entropy : OodScore
{
    internal override Tensor Score(in OodBatch batch)
    {
        var logProbabilities = batch.Logits!.log_softmax(1);   // [B, C]; finite where p underflows
        return -(logProbabilities.exp() * logProbabilities).sum([1]);
    }
}
