using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How far the softmax lies from the typical softmax of each class.</summary>
/// <remarks>
/// min over classes k of KL(p ‖ d_k), p = softmax(f), f = logits [B, C], where d_k is the mean p of the training rows that are predicted as k; gives
/// [B], at least 0, higher = more likely out of distribution. Classes that no training row is predicted as have no d_k and are left out.
/// Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022, arXiv 1911.11132.
/// Needs <c>Logits</c>. Learns up to C mean distributions, [K, C]. Cost: O(BC²).
/// </remarks>
internal sealed record KlMatching : OodScore
{
    internal const string LogTypical = "LogTypical";

    /// <summary>Stands for a mean probability that underflows: its logarithm must not be infinite.</summary>
    private const double LeastProbability = 1e-300;

    internal override OodInputs? LearnsFrom => OodInputs.Logits;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var probabilities = rows.Logits!.to(float64).softmax(1);
        var means = ClassMeans.Of(probabilities, rows.Logits!.argmax(1), rows.Logits!.shape[1]);
        var typical = means.Values.index_select(0, means.Counts.nonzero().squeeze(1));   // [K, C]
        return new Dictionary<string, Tensor> { [LogTypical] = typical.AtLeast(LeastProbability).log() };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [new(LogTypical, ScalarType.Float64, LearnedTensor.Dimension.Rows(1, from.ClassCount, "K"), from.ClassCount)];

    internal override Tensor Score(in OodBatch batch)
    {
        var logProbabilities = batch.Logits!.to(float64).log_softmax(1);   // [B, C]
        var probabilities = logProbabilities.exp();
        var negativeEntropy = (probabilities * logProbabilities).sum([1], keepdim: true);   // [B, 1]
        return (negativeEntropy - probabilities.matmul(batch.Learned[LogTypical].t())).amin([1]);
    }
}
