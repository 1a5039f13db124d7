using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Mahalanobis distance (MDS) of the embedding to the nearest class, each class a Gaussian about its mean with one covariance for all.</summary>
/// <remarks>
/// min over classes c of (z − μ_c)ᵀ Σ⁻¹ (z − μ_c), z = embedding [B, D]; gives [B], at least 0, higher = more likely out of distribution.
/// Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks", NeurIPS 2018, arXiv 1807.03888,
/// equations 1 and 2, without its input perturbation and its ensemble of layers. With <paramref name="Normalize"/> of the embedding's direction, z / ‖z‖
/// (MDS++: Mueller and Hein, "Mahalanobis++: Improving OOD Detection via Feature Normalization", ICML 2025, arXiv 2505.18032).
/// Needs <c>Embedding</c>. Learns whitened means [C, D] and the whitening [D, D], in float64, from labelled rows; needs 2 rows of each
/// class and a covariance that is not singular. Cost: O(BD(C + D)).
/// </remarks>
/// <param name="Shrinkage">As <see cref="GaussianFit.Whitening"/> takes it; 0, as in the paper, adds nothing.</param>
/// <param name="Normalize">Whether embeddings are divided by their norm.</param>
internal sealed record Mahalanobis(double? Shrinkage, bool Normalize = false) : OodScore
{
    internal const string Means = "Means", Whitening = "Whitening";

    public double? Shrinkage { get; } = GaussianFit.CheckShrinkage(Shrinkage);

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Labels;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var (means, whitening, _) = GaussianFit.OfClasses(Directions.Of(rows.Embedding!.to(float64), Normalize), rows, Shrinkage, this, "embedding");
        return new Dictionary<string, Tensor> { [Means] = means.matmul(whitening), [Whitening] = whitening };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [new(Means, ScalarType.Float64, from.ClassCount, from.Features), new(Whitening, ScalarType.Float64, from.Features, from.Features)];

    internal override Tensor Score(in OodBatch batch)
        => GaussianFit.SquaredDistances(
            Directions.Of(batch.Embedding!.to(float64), Normalize).matmul(batch.Learned[Whitening]), batch.Learned[Means]).amin([1]);
}
