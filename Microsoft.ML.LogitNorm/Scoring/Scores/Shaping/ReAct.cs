using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rectified activations: the energy once features are clipped to what is usual in training.</summary>
/// <remarks>
/// −log Σ exp(f̄), f̄ = head(min(z, c)) [B, C], z = embedding [B, D], c the percentile of all features of all training rows; gives [B], unbounded,
/// higher = more likely out of distribution. Sun et al., "ReAct: Out-of-distribution Detection With Rectified Activations", NeurIPS 2021, arXiv 2111.12797.
/// Needs <c>Embedding</c> and the network's head. Learns c. Cost: O(BCD).
/// </remarks>
/// <param name="Percentile">In (0, 100); the paper uses 90.</param>
internal sealed record ReAct(double Percentile) : OodScore
{
    internal const string Limit = "Limit";

    public double Percentile { get; } = FeaturePercentile.Check(Percentile, "the paper uses 90");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
        => new Dictionary<string, Tensor> { [Limit] = FeaturePercentile.Of(rows.Embedding!, Percentile) };

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new(Limit, ScalarType.Float32)];

    internal override Tensor Score(in OodBatch batch)
        => -batch.Network!.Classifier.Classify(batch.Embedding!.minimum(batch.Learned[Limit])).logsumexp(1);
}
