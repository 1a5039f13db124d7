using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Activation shaping, binary (ASH-B): the energy once the strongest features share the sum of all, and the others are dropped.</summary>
/// <remarks>
/// −log Σ exp(head(z̄)), z̄ = Σz / n at those n of the k largest of the D features of the embedding z [B, D] that are above 0, and 0 elsewhere,
/// k = D − round(D · percentile / 100);
/// gives [B], unbounded, higher = more likely out of distribution. (The authors' code gives a share to zeros too, if fewer than k features are above 0:
/// which ones is chance.)
/// Djurisic et al., "Extremely Simple Activation Shaping for Out-of-Distribution Detection", ICLR 2023, arXiv 2209.09858, version B;
/// here on the pooled embedding.
/// Needs <c>Embedding</c> and the network's head; learns nothing. Cost: O(BD(C + log D)).
/// </remarks>
/// <param name="Percentile">Share of the features to drop, in (0, 100); the paper uses 65.</param>
internal sealed record AshB(double Percentile) : OodScore
{
    public double Percentile { get; } = FeaturePercentile.Check(Percentile, "the paper uses 65 for ASH-B");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override Tensor Score(in OodBatch batch)
    {
        var embedding = batch.Embedding!;
        var strongest = StrongestFeatures.Of(embedding, Percentile);
        var positive = strongest.Values.IsPositive();   // [B, k]; which features of zero are among the strongest is chance
        var share = embedding.sum([1], keepdim: true) / positive.sum([1], keepdim: true).AtLeast(1);   // [B, 1]
        return -batch.Network!.Classifier.Classify(strongest.Alone(embedding, share * positive)).logsumexp(1);
    }
}
