using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Distance of the embedding to the decision boundaries (fDBD), negated, relative to its distance from the training rows' mean.</summary>
/// <remarks>
/// −Σ_i |f_i − f_max| / ‖w_i − w_max‖₂ / n over all classes i but the predicted one, f = logits [B, C], w = rows of the head's weight [C, D], z = embedding
/// [B, D], where the normaliser n is ‖z − mean training z‖₂, or ‖z‖₂; gives [B], at most 0, higher = more likely out of distribution.
/// The paper takes the mean over the classes: the same order.
/// Liu &amp; Qin, "Fast Decision Boundary based Out-of-Distribution Detector", ICML 2024, arXiv 2312.11536.
/// Needs <c>Logits</c>, <c>Embedding</c> and a linear head. Learns the mean, [D], if it is the normaliser. Cost: O(BCD).
/// </remarks>
/// <param name="DistanceToMean">
/// Whether the normaliser is the distance to the training mean, as in the paper, or the embedding's norm, which needs no training rows.
/// </param>
internal sealed record Fdbd(bool DistanceToMean) : OodScore
{
    internal const string Mean = "Mean";

    /// <summary>Least distance that is divided by: two classes may share a weight, a row may lie at the mean.</summary>
    internal const double MinimumDistance = 1e-7;

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.LinearHead;

    internal override OodInputs? LearnsFrom => DistanceToMean ? OodInputs.Embedding : null;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => new Dictionary<string, Tensor> { [Mean] = rows.Embedding!.mean([0]) };

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => DistanceToMean ? [new(Mean, ScalarType.Float32, from.Features)] : [];

    internal override Tensor Score(in OodBatch batch)
    {
        var (highest, predicted) = batch.Logits!.max(1, keepdim: true);   // both [B, 1]
        var weight = batch.Network!.Classifier.HeadWeight;
        // The matrix-product form of the distance loses half of the digits where two weights are close.
        // [B, C]
        var between = cdist(weight.index_select(0, predicted.squeeze(1)), weight, compute_mode: compute_mode.donot_use_mm_for_euclid_dist)
            .AtLeast(MinimumDistance);
        var toBoundaries = ((highest - batch.Logits!) / between).sum([1]);   // [B]; the predicted class adds 0
        var spread = DistanceToMean ? batch.Embedding! - batch.Learned[Mean] : batch.Embedding!;
        return -toBoundaries / spread.norm(1, keepdim: false, p: 2).AtLeast(MinimumDistance);
    }
}
