using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Length of the embedding's part in directions in which training rows hardly vary.</summary>
/// <remarks>
/// ‖(z − o)R‖₂, z = embedding [B, D], o = −W⁺b for the head's weight W and bias b, R [D, D − dimension] the complement of the principal space of the training
/// rows; gives [B], at least 0, higher = more likely out of distribution. The part of <see cref="VirtualLogit"/> that looks at the embedding alone.
/// Wang et al., "ViM: Out-of-Distribution with Virtual-logit Matching", CVPR 2022, arXiv 2203.10807.
/// Needs <c>Embedding</c>, and a linear head to learn from. Learns o and R. Cost: O(BD²).
/// </remarks>
/// <param name="Dimension">
/// Of the principal space, below D; null for the authors' 1000 of 2048 features and more, 512 of 1024 and more, and half of fewer, which is ours.
/// </param>
internal sealed record Residual(int? Dimension) : OodScore
{
    internal const string Origin = "Origin", Directions = "Directions";

    public int? Dimension { get; } = ResidualSpace.CheckDimension(Dimension);

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.LinearHead;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var space = ResidualSpace.Of(rows, Dimension, this);
        return new Dictionary<string, Tensor> { [Origin] = space.Origin, [Directions] = space.Directions };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => ResidualSpace.Learned(Origin, Directions, Dimension, from);

    internal override Tensor Score(in OodBatch batch) => new ResidualSpace(batch.Learned[Origin], batch.Learned[Directions]).Norm(batch.Embedding!);
}
