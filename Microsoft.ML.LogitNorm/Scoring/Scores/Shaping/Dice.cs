using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Directed sparsification (DICE): the energy through the weights that matter for known classes, without the others.</summary>
/// <remarks>
/// −log Σ exp((W ⊙ M)z + b), z = embedding [B, D], where M [C, D] keeps the weights whose mean contribution, W ⊙ mean training z,
/// lies above the percentile of all contributions;
/// gives [B], unbounded, higher = more likely out of distribution.
/// Sun &amp; Li, "DICE: Leveraging Sparsification for Out-of-Distribution Detection", ECCV 2022, arXiv 2111.09805.
/// Needs <c>Embedding</c>, and a linear head to learn from. Learns W ⊙ M and b. Cost: O(BCD).
/// </remarks>
/// <param name="Percentile">Share of the weights to drop, in (0, 100); the paper uses 90.</param>
internal sealed record Dice(double Percentile) : OodScore
{
    internal const string Weight = "Weight", Bias = "Bias";

    public double Percentile { get; } = FeaturePercentile.Check(Percentile, "the paper uses 90");

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.LinearHead;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var head = rows.Network!.Classifier;
        var contributions = head.HeadWeight * rows.Embedding!.mean([0]);   // [C, D]
        var kept = contributions > FeaturePercentile.Of(contributions, Percentile);
        return new Dictionary<string, Tensor> { [Weight] = head.HeadWeight * kept, [Bias] = head.HeadBias };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [new(Weight, ScalarType.Float32, from.ClassCount, from.Features), new(Bias, ScalarType.Float32, from.ClassCount)];

    internal override Tensor Score(in OodBatch batch)
        => -batch.Embedding!.matmul(batch.Learned[Weight].t()).Plus(batch.Learned[Bias]).logsumexp(1);
}
