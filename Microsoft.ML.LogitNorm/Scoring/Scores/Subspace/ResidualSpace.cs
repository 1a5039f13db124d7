using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The directions in which training embeddings hardly vary, about the point where all logits of a linear head vanish.</summary>
/// <param name="Origin">o = −W⁺b, [D], with the pseudo-inverse W⁺ of the head's weight.</param>
/// <param name="Directions">R, the orthonormal complement of the principal space, [D, D − dimension].</param>
internal readonly record struct ResidualSpace(Tensor Origin, Tensor Directions)
{
    /// <summary>Finds the space.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="dimension">Dimension of the principal space; null for the default.</param>
    /// <param name="score">The score, for the message.</param>
    /// <exception cref="OodScoreException">The embedding has no more directions than the principal space.</exception>
    public static ResidualSpace Of(in OodBatch rows, int? dimension, OodScore score)
    {
        var size = (int)rows.Embedding!.shape[1];
        var principal = dimension ?? Default(size);
        if (principal >= size)
            throw new OodScoreException(
                $"The score {score.Name} has a principal space of {principal} dimensions, but column '{ColumnNames.Embedding}' has {size}: "
                + $"nothing is left over. Give OodScores.{score.Name} a dimension below {size}; {Default(size)} is the default.");
        var head = rows.Network!.Classifier;
        var origin = -linalg.pinv(head.HeadWeight.to(float64)).matmul(head.HeadBias.to(float64));   // [D]
        var centred = rows.Embedding.to(float64) - origin;   // [N, D]
        var (_, directions) = linalg.eigh(centred.t().matmul(centred).Over(centred.shape[0]));   // columns, of ascending variance
        return new(origin.to(float32), directions.narrow(1, 0, size - principal).to(float32));
    }

    /// <summary>What it consists of in a file.</summary>
    /// <exception cref="InvalidDataException">The principal space has more directions than the embedding.</exception>
    public static IReadOnlyList<LearnedTensor> Learned(string origin, string directions, int? dimension, LearnedScore.Sizes from)
    {
        var left = from.Features - (dimension ?? Default((int)from.Features));
        return left >= 1
            ? [new(origin, ScalarType.Float32, from.Features), new(directions, ScalarType.Float32, from.Features, left)]
            : throw new InvalidDataException($"a principal space of {dimension} dimensions cannot be in an embedding of {from.Features}.");
    }

    /// <summary>Length of the part of each embedding [B, D] that lies in the space: ‖(z − o)R‖₂, [B].</summary>
    public Tensor Norm(Tensor embedding) => (embedding - Origin).matmul(Directions).norm(1, keepdim: false, p: 2);

    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int? CheckDimension(int? dimension)
        => dimension is null or >= 1
            ? dimension
            : throw new ArgumentOutOfRangeException(
                nameof(dimension), dimension, "The principal space has at least 1 dimension; leave it out for the default.");

    // The authors' code has 1000 for 2048 features and more, else 512, which leaves nothing of a small embedding: half of it is ours.
    private static int Default(int size) => size switch { >= 2048 => 1000, >= 1024 => 512, _ => size / 2 };
}
