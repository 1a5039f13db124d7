using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Virtual-logit matching (ViM): the residual of the embedding, as one more logit, against the energy of the real ones.</summary>
/// <remarks>
/// α‖(z − o)R‖₂ − log Σ exp(f), f = logits [B, C], z = embedding [B, D], o and R as in <see cref="Residual"/>, and α = mean max f / mean ‖(z − o)R‖₂ over the
/// training rows, which brings both to one scale; gives [B], unbounded, higher = more likely out of distribution.
/// The paper's score, a softmax with the virtual logit, has the same order.
/// Wang et al., "ViM: Out-of-Distribution with Virtual-logit Matching", CVPR 2022, arXiv 2203.10807.
/// Needs <c>Logits</c> and <c>Embedding</c>, and a linear head to learn from. Learns o, R and α. Cost: O(BD²).
/// </remarks>
/// <param name="Dimension">
/// Of the principal space, below D; null for the authors' 1000 of 2048 features and more, 512 of 1024 and more, and half of fewer, which is ours.
/// </param>
internal sealed record VirtualLogit(int? Dimension) : OodScore
{
    internal const string Origin = "Origin", Directions = "Directions", Alpha = "Alpha";

    /// <summary>Least mean residual that is divided by, should the training rows have none.</summary>
    private const double MinimumResidual = 1e-10;

    public int? Dimension { get; } = ResidualSpace.CheckDimension(Dimension);

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Logits;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.LinearHead;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var space = ResidualSpace.Of(rows, Dimension, this);
        var alpha = rows.Logits!.amax([1]).mean() / space.Norm(rows.Embedding!).mean().AtLeast(MinimumResidual);
        return new Dictionary<string, Tensor> { [Origin] = space.Origin, [Directions] = space.Directions, [Alpha] = alpha };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [.. ResidualSpace.Learned(Origin, Directions, Dimension, from), new(Alpha, ScalarType.Float32)];

    internal override Tensor Score(in OodBatch batch)
    {
        var residual = new ResidualSpace(batch.Learned[Origin], batch.Learned[Directions]).Norm(batch.Embedding!);   // [B]
        return residual * batch.Learned[Alpha] - batch.Logits!.logsumexp(1);
    }
}
