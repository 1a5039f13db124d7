using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Activation shaping, scaled (ASH-S): the energy once the weaker features are dropped and the others grow in their place.</summary>
/// <remarks>
/// −log Σ exp(head(z̄)), z̄ = z · exp(Σz / Σ of the k largest z) at the k largest of the D features of the embedding z [B, D] and 0 elsewhere,
/// k = D − round(D · percentile / 100); gives [B], unbounded, higher = more likely out of distribution.
/// Djurisic et al., "Extremely Simple Activation Shaping for Out-of-Distribution Detection", ICLR 2023, arXiv 2209.09858, version S;
/// here on the pooled embedding.
/// Needs <c>Embedding</c> and the network's head; learns nothing. Cost: O(BD(C + log D)).
/// </remarks>
/// <param name="Percentile">Share of the features to drop, in (0, 100); the paper uses 90.</param>
internal sealed record AshS(double Percentile) : OodScore
{
    public double Percentile { get; } = FeaturePercentile.Check(Percentile, "the paper uses 90 for ASH-S");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override Tensor Score(in OodBatch batch)
    {
        var embedding = batch.Embedding!;
        var strongest = StrongestFeatures.Of(embedding, Percentile);
        var shaped = strongest.Alone(embedding, strongest.Values) * strongest.Scale(embedding);
        return -batch.Network!.Classifier.Classify(shaped).logsumexp(1);
    }
}
