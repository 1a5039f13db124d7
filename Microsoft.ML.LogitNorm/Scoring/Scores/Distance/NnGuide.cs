using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Energy guided by the nearest training rows (NNGuide): confidence counts less far from all of them.</summary>
/// <remarks>
/// −E · mean of the k largest ẑ · (E_i ẑ_i), where E = log Σ exp(f) of logits f [B, C], ẑ = z / ‖z‖ of the embedding z [B, D], and i runs over a bank of
/// training rows; gives [B], unbounded, higher = more likely out of distribution.
/// Park et al., "Nearest Neighbor Guidance for Out-of-Distribution Detection", ICCV 2023, arXiv 2309.14888.
/// Needs <c>Logits</c> and <c>Embedding</c>. Learns the bank, [N, D] in float32: 4·N·D bytes in the model file. Cost: O(BND).
/// </remarks>
/// <param name="K">How many neighbours, at least 1; the paper uses 10.</param>
/// <param name="BankSize">N, drawn from the training rows at random but alike each time; null for all of them. The paper keeps 1 % of ImageNet.</param>
internal sealed record NnGuide(int K, int? BankSize) : OodScore
{
    internal const string Bank = "Bank";

    public int K { get; } = K >= 1 ? K : throw new ArgumentOutOfRangeException("k", K, "At least 1 neighbour guides; the paper uses 10.");

    public int? BankSize { get; } = BankSize is not { } size || size >= K
        ? BankSize
        : throw new ArgumentOutOfRangeException(
            "bankSize", BankSize, $"A bank of {BankSize} rows has no {K} neighbours: make bankSize at least k, or leave it out to keep all rows.");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Logits;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Logits;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var bank = RowBank.Draw(this, rows, BankSize, K);
        return new Dictionary<string, Tensor> { [Bank] = Directions.Of(bank.Embedding!) * bank.Logits!.logsumexp(1, keepdim: true) };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [new(Bank, ScalarType.Float32, LearnedTensor.Dimension.Rows(K, BankSize), from.Features)];

    internal override Tensor Score(in OodBatch batch)
    {
        var (bank, directions) = (batch.Learned[Bank], Directions.Of(batch.Embedding!));
        var nearest = RowBank.Largest(K, bank.shape[0], (start, count) => directions.matmul(bank.narrow(0, start, count).t()));   // [B, k]
        return -batch.Logits!.logsumexp(1) * nearest.mean([1]);
    }
}
