using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Gradient norm: how far the prediction is from uniform, weighted by the size of the embedding.</summary>
/// <remarks>
/// −‖∂KL(u‖p)/∂W‖₁ for the weight W of a linear head, up to the constant 1/C. The gradient is the outer product (C·p − 1) zᵀ, so its L1 norm factorises and
/// needs no backward pass: −‖C·p − 1‖₁ · ‖z‖₁, with p = softmax(f) [B, C] and the embedding z [B, D];
/// gives [B], at most 0, higher = more likely out of distribution.
/// Huang et al., "On the Importance of Gradients for Detecting Distributional Shifts in the Wild", NeurIPS 2021, arXiv 2110.00218.
/// Needs <c>Logits</c> and <c>Embedding</c>; learns nothing. Cost: O(B(C + D)).
/// </remarks>
internal sealed record GradNorm : OodScore
{
    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Logits;

    internal override Tensor Score(in OodBatch batch)
    {
        var fromUniform = batch.Logits!.softmax(1).Times(batch.Logits!.shape[1]).Minus(1).abs().sum([1]);   // [B]
        return -fromUniform * batch.Embedding!.abs().sum([1]);
    }
}
