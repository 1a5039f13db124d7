using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How much closer the layer statistics lie to the nearest class than to the cloud of all classes together.</summary>
/// <remarks>
/// min over classes c of (φ − μ_c)ᵀ Σ⁻¹ (φ − μ_c) − (φ − μ₀)ᵀ Σ₀⁻¹ (φ − μ₀), φ = layer statistics [B, S], each divided by its standard deviation over the
/// training rows, μ_c the mean of a class, Σ the covariance about these means, μ₀ and Σ₀ those of all rows without regard to class, both covariances
/// shrunk alike towards their mean variance; gives [B], unbounded, higher = more likely out of distribution.
/// This library's own; <see cref="RelativeMahalanobis"/> (Ren et al., 2021, arXiv 2106.09022) does the same with the embedding alone.
/// Needs <c>LayerStatistics</c>. Learns two Gaussians in float64, of [C, S], [S, S], [1, S] and [S, S], from labelled rows; needs 2 rows of each class.
/// Cost: O(BS(C + S)).
/// </remarks>
/// <param name="Shrinkage">As <see cref="GaussianFit.Whitening"/> takes it.</param>
internal sealed record RelativeLayerGaussian(double? Shrinkage) : OodScore
{
    public double? Shrinkage { get; } = GaussianFit.CheckShrinkage(Shrinkage);

    internal override OodInputs Needs => OodInputs.LayerStatistics;

    internal override OodInputs? LearnsFrom => OodInputs.LayerStatistics | OodInputs.Labels;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var (statistics, scale) = LayerScale.Standardize(rows.LayerStatistics!);
        return RelativeGaussians.Learn(statistics, rows, Shrinkage, this, "layer statistics", scale);
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => RelativeGaussians.Learned(from.ClassCount, from.Statistics);

    internal override Tensor Score(in OodBatch batch) => RelativeGaussians.Score(batch.LayerStatistics!.to(float64), batch.Learned);
}
