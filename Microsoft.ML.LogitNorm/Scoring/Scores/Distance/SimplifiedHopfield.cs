using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Simplified Hopfield energy (SHE): how little the embedding resembles the mean embedding of its predicted class.</summary>
/// <remarks>
/// −z · s_k, z = embedding [B, D], k = arg max f, f = logits [B, C], and s_k the mean embedding of the training rows of class k that are predicted as k; gives
/// [B], unbounded, higher = more likely out of distribution.
/// Zhang et al., "Out-of-Distribution Detection based on In-Distribution Data Patterns Memorization with Modern Hopfield Energy", ICLR 2023.
/// Needs <c>Logits</c> and <c>Embedding</c>. Learns one pattern a class, [C, D], from labelled rows. Cost: O(BD).
/// </remarks>
internal sealed record SimplifiedHopfield : OodScore
{
    internal const string Patterns = "Patterns";

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Logits;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Logits | OodInputs.Labels;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var correct = rows.Logits!.argmax(1).eq(rows.Labels!).nonzero().squeeze(1);
        var patterns = ClassMeans.Of(rows.Embedding!.index_select(0, correct), rows.Labels!.index_select(0, correct), rows.Logits!.shape[1]);
        LearningError.ThrowIfFewerRows(
            this, patterns.Counts, 1, "rows that are predicted rightly", "Train the network longer, give it more rows of the class, or choose another score.");
        return new Dictionary<string, Tensor> { [Patterns] = patterns.Values };
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new(Patterns, ScalarType.Float32, from.ClassCount, from.Features)];

    internal override Tensor Score(in OodBatch batch)
        => -(batch.Embedding! * batch.Learned[Patterns].index_select(0, batch.Logits!.argmax(1))).sum([1]);
}
