using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What outliers add to a loss: they are to give the same probability to all classes.</summary>
/// <remarks>
/// mean over the outliers of logsumexp(f) − mean(f), f = logits [K, C]: the cross-entropy of softmax(f) with the uniform distribution, at least log C.
/// Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019, arXiv 1812.04606, section 3 and appendix A.
/// </remarks>
internal static class OutlierExposure
{
    /// <summary>The term, a scalar, without its weight λ.</summary>
    /// <param name="logits">The outliers' logits (<see cref="TrainingLoss.OutlierLogits"/>), [K, C].</param>
    public static Tensor Compute(Tensor logits) => (logits.logsumexp(1) - logits.mean([1])).mean();
}
