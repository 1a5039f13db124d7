using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Relative Mahalanobis distance (RMDS): how much closer the nearest class lies than the cloud of all classes together.</summary>
/// <remarks>
/// min over classes c of (z − μ_c)ᵀ Σ⁻¹ (z − μ_c) − (z − μ₀)ᵀ Σ₀⁻¹ (z − μ₀), z = embedding [B, D], where μ₀ and Σ₀ are those of all rows without regard to
/// class; gives [B], unbounded, higher = more likely out of distribution.
/// Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection", 2021, arXiv 2106.09022.
/// With <paramref name="Normalize"/> of the embedding's direction, z / ‖z‖ (Mueller and Hein, ICML 2025, arXiv 2505.18032).
/// Needs <c>Embedding</c>. Learns two Gaussians in float64, of [C, D], [D, D], [1, D] and [D, D], from labelled rows;
/// needs 2 rows of each class and covariances that are not singular. Cost: O(BD(C + D)).
/// </remarks>
/// <param name="Shrinkage">As <see cref="GaussianFit.Whitening"/> takes it, of Σ and Σ₀ alike; 0, as in the paper, adds nothing.</param>
/// <param name="Normalize">Whether embeddings are divided by their norm.</param>
internal sealed record RelativeMahalanobis(double? Shrinkage, bool Normalize = false) : OodScore
{
    public double? Shrinkage { get; } = GaussianFit.CheckShrinkage(Shrinkage);

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Labels;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
        => RelativeGaussians.Learn(Directions.Of(rows.Embedding!.to(float64), Normalize), rows, Shrinkage, this, "embedding");

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => RelativeGaussians.Learned(from.ClassCount, from.Features);

    internal override Tensor Score(in OodBatch batch)
        => RelativeGaussians.Score(Directions.Of(batch.Embedding!.to(float64), Normalize), batch.Learned);
}
