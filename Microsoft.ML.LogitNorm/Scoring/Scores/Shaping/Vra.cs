using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Variational rectified activations (VRA): the energy once features are clipped, at both ends, to what is usual in training.</summary>
/// <remarks>
/// −log Σ exp(f̄), f̄ = head(min(max(z, a), c)) [B, C], z = embedding [B, D], a and c the low and the high percentile of all features of all training rows;
/// gives [B], unbounded, higher = more likely out of distribution. <see cref="ReAct"/> clips at the high end only. The paper sets what lies below a to 0;
/// raised to a, as here, it is in OpenOOD.
/// Xu et al., "VRA: Variational Rectified Activation for Out-of-distribution Detection", NeurIPS 2023, arXiv 2302.11886.
/// Needs <c>Embedding</c> and the network's head. Learns a and c. Cost: O(BCD).
/// </remarks>
/// <param name="Low">In (0, 100), below <paramref name="High"/>; OpenOOD tries 1, 5, 10 and 15.</param>
/// <param name="High">In (0, 100); OpenOOD tries 85, 90, 95 and 99.</param>
internal sealed record Vra(double Low, double High) : OodScore
{
    internal const string Limits = "Limits";

    public double Low { get; } = FeaturePercentile.Check(Low, "10 is usual for the low one", "low");

    public double High { get; } = FeaturePercentile.Check(High, "90 is usual for the high one", "high") is var high && high > Low
        ? high
        : throw new ArgumentOutOfRangeException("high", High, FormattableString.Invariant($"The high percentile lies above the low one, which is {Low}."));

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
        => new Dictionary<string, Tensor> { [Limits] = stack([FeaturePercentile.Of(rows.Embedding!, Low), FeaturePercentile.Of(rows.Embedding!, High)]) };

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new(Limits, ScalarType.Float32, 2) { Ascends = true }];

    internal override Tensor Score(in OodBatch batch)
    {
        var limits = batch.Learned[Limits];
        return -batch.Network!.Classifier.Classify(batch.Embedding!.maximum(limits.select(0, 0)).minimum(limits.select(0, 1))).logsumexp(1);
    }
}
