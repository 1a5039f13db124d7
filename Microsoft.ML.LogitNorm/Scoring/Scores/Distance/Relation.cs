using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Relation to the training rows (neural relation graph): how few of them are alike in embedding and prediction.</summary>
/// <remarks>
/// −Σ r_i^t over the rows i of a bank of training rows with r_i above 0.03, r_i = max(0, ẑ · ẑ_i) · (p · p_i), where ẑ = z / ‖z‖ of the embedding z [B, D] and
/// p = softmax(f) of logits f [B, C]; gives [B] in [−N, 0], higher = more likely out of distribution. Scores compare between banks of one size only.
/// Kim et al., "Neural Relation Graph: A Unified Framework for Identifying Label Noise and Outlier Data", NeurIPS 2023, arXiv 2301.12321;
/// the least relation that counts is that of the authors' code.
/// Needs <c>Logits</c> and <c>Embedding</c>. Learns the bank, [N, D] and [N, C] in float32: 4·N·(C + D) bytes in the model file. Cost: O(BN(C + D)).
/// </remarks>
/// <param name="Power">t above 0: the larger, the more the closest rows decide. OpenOOD tries 1, 2, 4, 6 and 8.</param>
/// <param name="BankSize">N, drawn from the training rows at random but alike each time; null for all of them.</param>
internal sealed record Relation(double Power, int? BankSize) : OodScore
{
    internal const string Bank = "Bank", Probabilities = "Probabilities";

    /// <summary>Relations that are not above this are no edges of the graph.</summary>
    internal const double LeastRelation = 0.03;

    public double Power { get; } = Power > 0 && double.IsFinite(Power)
        ? Power
        : throw new ArgumentOutOfRangeException("power", Power, "The power of a relation is a number above 0, such as 1.");

    public int? BankSize { get; } = BankSize is not < 1
        ? BankSize
        : throw new ArgumentOutOfRangeException("bankSize", BankSize, "A bank has at least 1 row; leave bankSize out to keep all rows.");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Logits;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Logits;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var bank = RowBank.Draw(this, rows, BankSize, 1);
        return new Dictionary<string, Tensor> { [Bank] = Directions.Of(bank.Embedding!), [Probabilities] = bank.Logits!.softmax(1) };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
    {
        var rows = LearnedTensor.Dimension.Rows(1, BankSize);
        return [new(Bank, ScalarType.Float32, rows, from.Features), new(Probabilities, ScalarType.Float32, rows, from.ClassCount)];
    }

    internal override Tensor Score(in OodBatch batch)
    {
        var (bank, known) = (batch.Learned[Bank], batch.Learned[Probabilities]);
        var (directions, probabilities) = (Directions.Of(batch.Embedding!), batch.Logits!.softmax(1));
        return -RowBank.Sum(bank.shape[0], (start, count) =>
        {
            // Cosines below 0 make relations below 0, which are no edges either.
            var relations = directions.matmul(bank.narrow(0, start, count).t()) * probabilities.matmul(known.narrow(0, start, count).t());   // [B, R]
            return relations.Filled(relations.IsAtMost(LeastRelation), 0).ToPower(Power);
        });
    }
}
