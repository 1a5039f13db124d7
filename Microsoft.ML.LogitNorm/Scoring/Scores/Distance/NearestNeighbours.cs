using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Distance to the k-th nearest training row (KNN), by the direction of the embedding.</summary>
/// <remarks>
/// ‖ẑ − ẑ₍k₎‖², where ẑ = z / ‖z‖ and ẑ₍k₎ is its k-th nearest in a bank of normalised training embeddings, z = embedding [B, D]; gives [B] in [0, 4],
/// higher = more likely out of distribution. The paper takes the distance itself, its code the square: the order is the same.
/// Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors", ICML 2022, arXiv 2204.06507.
/// Needs <c>Embedding</c>. Learns the bank, [N, D], and its squared norms, [N], in float32: 4·N·(D + 1) bytes in the model file. Cost: O(BND).
/// </remarks>
/// <param name="K">Which neighbour, at least 1; the paper uses 50 for CIFAR-10, and fewer with a small bank.</param>
/// <param name="BankSize">N, drawn from the training rows at random but alike each time; null for all of them.</param>
internal sealed record NearestNeighbours(int K, int? BankSize) : OodScore
{
    internal const string Bank = "Bank", SquaredNorms = "SquaredNorms";

    public int K { get; } = K >= 1 ? K : throw new ArgumentOutOfRangeException("k", K, "The nearest neighbour is number 1; the paper uses 50 for CIFAR-10.");

    public int? BankSize { get; } = BankSize is not { } size || size >= K
        ? BankSize
        : throw new ArgumentOutOfRangeException(
            "bankSize", BankSize, $"A bank of {BankSize} rows has no neighbour number {K}: make bankSize at least k, or leave it out to keep all rows.");

    internal override OodInputs Needs => OodInputs.Embedding;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var bank = Directions.Of(RowBank.Draw(this, rows, BankSize, K).Embedding!);
        return new Dictionary<string, Tensor> { [Bank] = bank, [SquaredNorms] = bank.Squared().sum([1]) };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
    {
        var rows = LearnedTensor.Dimension.Rows(K, BankSize);
        return [new(Bank, ScalarType.Float32, rows, from.Features), new(SquaredNorms, ScalarType.Float32, rows)];
    }

    internal override Tensor Score(in OodBatch batch)
    {
        var (bank, squaredNorms, directions) = (batch.Learned[Bank], batch.Learned[SquaredNorms], Directions.Of(batch.Embedding!));
        // 2ab − ‖b‖², and ‖a‖² at the end: a zero embedding, whose direction is zero too, lies at distance 1 from all.
        var nearest = RowBank.Largest(K, bank.shape[0], (start, count)
            => squaredNorms.narrow(0, start, count).addmm(directions, bank.narrow(0, start, count).t(), beta: -1, alpha: 2));   // [B, K]
        return (directions.Squared().sum([1]) - nearest.select(1, K - 1)).AtLeast(0);
    }
}
