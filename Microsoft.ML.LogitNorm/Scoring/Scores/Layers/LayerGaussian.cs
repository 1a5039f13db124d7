using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Mahalanobis distance of the layer statistics to the cloud of all training rows, whatever their class: finds what is far.</summary>
/// <remarks>
/// (φ − μ)ᵀ Σ⁻¹ (φ − μ), φ = layer statistics [B, S], each divided by its standard deviation over the training rows, μ and Σ mean and covariance of all
/// of them, Σ shrunk towards its mean variance; gives [B], at least 0, higher = more likely out of distribution. This library's own: no paper.
/// Needs <c>LayerStatistics</c>; learns a Gaussian, [1, S] and [S, S] in float64, without labels. Cost: O(BS²).
/// Relatives are Mahalanobis distances of the means of all layers, fused by a regression (Lee et al., NeurIPS 2018, arXiv 1807.03888), and bounds on Gram
/// matrices (Sastry and Oore, ICML 2020, arXiv 1912.12510). Standard deviations are what the former lacks: noise and textures differ in them first.
/// </remarks>
/// <param name="Shrinkage">As <see cref="GaussianFit.Whitening"/> takes it.</param>
internal sealed record LayerGaussian(double? Shrinkage) : OodScore
{
    internal const string Mean = "Mean", Whitening = "Whitening";

    public double? Shrinkage { get; } = GaussianFit.CheckShrinkage(Shrinkage);

    internal override OodInputs Needs => OodInputs.LayerStatistics;

    internal override OodInputs? LearnsFrom => OodInputs.LayerStatistics;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var (statistics, scale) = LayerScale.Standardize(rows.LayerStatistics!);
        var mean = statistics.mean([0], keepdim: true);
        var whitening = GaussianFit.Whitening(statistics, mean, Shrinkage, estimated: null, this, "layer statistics");
        return new Dictionary<string, Tensor> { [Mean] = mean.matmul(whitening), [Whitening] = scale.unsqueeze(1) * whitening };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [new(Mean, ScalarType.Float64, 1, from.Statistics), new(Whitening, ScalarType.Float64, from.Statistics, from.Statistics)];

    internal override Tensor Score(in OodBatch batch)
        => (batch.LayerStatistics!.to(float64).matmul(batch.Learned[Whitening]) - batch.Learned[Mean]).Squared().sum([1]);
}
