using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Relative Mahalanobis distance (RMDS): how much closer the nearest class lies than the cloud of all classes together.</summary>
/// <remarks>
/// min over classes c of (z − μ_c)ᵀ Σ⁻¹ (z − μ_c) − (z − μ₀)ᵀ Σ₀⁻¹ (z − μ₀), z = embedding [B, D], where μ₀ and Σ₀ are those of all rows without regard to
/// class; gives [B], unbounded, higher = more likely out of distribution.
/// Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection", 2021, arXiv 2106.09022.
/// Needs <c>Embedding</c>. Learns two Gaussians in float64, of [C, D], [D, D], [1, D] and [D, D], from labelled rows;
/// needs 2 rows of each class and covariances that are not singular. Cost: O(BD(C + D)).
/// </remarks>
/// <param name="Shrinkage">Share of the mean variance that is added to each direction of Σ and Σ₀; 0, as in the paper, adds nothing.</param>
internal sealed record RelativeMahalanobis(double Shrinkage) : OodScore
{
    private const string Means = "Means", Whitening = "Whitening", OverallMean = "OverallMean", OverallWhitening = "OverallWhitening";

    public double Shrinkage { get; } = GaussianFit.CheckShrinkage(Shrinkage);

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Labels;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var (means, whitening) = GaussianFit.OfClasses(rows, Shrinkage, this);
        var embedding = rows.Embedding!.to(float64);
        var overallMean = embedding.mean([0], keepdim: true);   // [1, D]
        var overallWhitening = GaussianFit.Whitening(embedding, overallMean, Shrinkage, this);
        return new Dictionary<string, Tensor>
        {
            [Means] = means.matmul(whitening),
            [Whitening] = whitening,
            [OverallMean] = overallMean.matmul(overallWhitening),
            [OverallWhitening] = overallWhitening,
        };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) =>
    [
        new(Means, ScalarType.Float64, from.ClassCount, from.Features),
        new(Whitening, ScalarType.Float64, from.Features, from.Features),
        new(OverallMean, ScalarType.Float64, 1, from.Features),
        new(OverallWhitening, ScalarType.Float64, from.Features, from.Features),
    ];

    internal override Tensor Score(in OodBatch batch)
    {
        var (embedding, learned) = (batch.Embedding!.to(float64), batch.Learned);
        var toClasses = GaussianFit.SquaredDistances(embedding.matmul(learned[Whitening]), learned[Means]).amin([1]);   // [B]
        return toClasses - GaussianFit.SquaredDistances(embedding.matmul(learned[OverallWhitening]), learned[OverallMean]).squeeze(1);
    }
}
