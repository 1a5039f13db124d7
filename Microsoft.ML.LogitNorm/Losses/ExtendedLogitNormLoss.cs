using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Cross-entropy of logits divided by the embedding's mean distance to the boundaries of its predicted class.</summary>
/// <remarks>
/// L = CE( f / s, y ), s = (1/C) Σ_i |f_max − f_i| / ‖w_max − w_i‖₂, where max is the predicted class, f = logits [B, C] and w = rows of the head's
/// weight [C, D]; the term of i = max is 0. Gradients flow through s, so the head's weight is also trained through the distances. Mean over the rows.
/// Ding et al., "Enhancing Out-of-Distribution Detection with Extended Logit Normalization", arXiv 2504.11434.
/// </remarks>
internal sealed record ExtendedLogitNormLoss() : TrainingLoss("ExtendedLogitNorm")
{
    /// <summary>Least distance, of weights and of s, that is divided by: two classes may share a weight, a row may have equal logits everywhere.</summary>
    private const double MinimumDistance = 1e-7;

    public override string ToString() => "ExtendedLogitNorm()";

    internal override bool NeedsLinearHead => true;

    internal override Tensor Compute(in TrainingStep step)
    {
        var (highest, predicted) = step.Logits.max(1, keepdim: true);   // both [B, 1]
        var gaps = highest - step.Logits;   // [B, C]

        // The matrix-product form of the distance loses half of the digits where two weights are close.
        var between = cdist(step.HeadWeight, step.HeadWeight, compute_mode: compute_mode.donot_use_mm_for_euclid_dist);   // [C, C]
        // [B, C]; 1 on the diagonal makes the i = max term 0/1 in place of 0/0.
        var distances = between.AtLeast(MinimumDistance)
            .Plus(eye(between.shape[0], dtype: between.dtype, device: between.device))
            .index_select(0, predicted.squeeze(1));

        var toBoundaries = (gaps / distances).mean([1], keepdim: true).AtLeast(MinimumDistance);   // [B, 1]
        return functional.cross_entropy(step.Logits / toBoundaries, step.Labels, step.ClassWeights);
    }
}
