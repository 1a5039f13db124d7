using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Activation scaling (SCALE): the energy once the embedding grows by how little its strongest features stand out; none are dropped.</summary>
/// <remarks>
/// −log Σ exp(head(z · r)), r = exp(Σz / Σ of the k largest z) of the embedding z [B, D], k = D − round(D · percentile / 100); gives [B], unbounded,
/// higher = more likely out of distribution. Xu et al., "Scaling for Training Time and Post-hoc Out-of-distribution Detection Enhancement", ICLR 2024,
/// arXiv 2310.00227.
/// Needs <c>Embedding</c> and the network's head; learns nothing. Cost: O(BD(C + log D)).
/// </remarks>
/// <param name="Percentile">Share of the features that does not count as strongest, in (0, 100); the paper uses 85.</param>
internal sealed record Scale(double Percentile) : OodScore
{
    public double Percentile { get; } = FeaturePercentile.Check(Percentile, "the paper uses 85");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override Tensor Score(in OodBatch batch)
    {
        var embedding = batch.Embedding!;
        return -batch.Network!.Classifier.Classify(embedding * StrongestFeatures.Of(embedding, Percentile).Scale(embedding)).logsumexp(1);
    }
}
