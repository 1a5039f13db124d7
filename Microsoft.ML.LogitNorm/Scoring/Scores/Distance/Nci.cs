using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Neural collapse (NCI): how little the embedding points to the weight of its predicted class, with a share of its size.</summary>
/// <remarks>
/// −(w_k · (z − μ) / ‖z − μ‖₂ + α‖z‖₁), z = embedding [B, D], k = arg max f, f = logits [B, C], w = rows of the head's weight [C, D] and μ the mean training z;
/// gives [B], unbounded, higher = more likely out of distribution. Late in training embeddings lie along the weight of their class, as seen from μ, and those
/// of other images nearer to μ. A row at μ has no direction: its first term is 0.
/// Liu &amp; Qin, "Detecting Out-of-Distribution Through the Lens of Neural Collapse", 2023, arXiv 2311.01479.
/// Needs <c>Logits</c>, <c>Embedding</c> and a linear head. Learns μ, [D]. Cost: O(B(C + D)).
/// </remarks>
/// <param name="Alpha">α, what the embedding's size counts, at least 0; OpenOOD tries 0.0001, 0.001, 0.01 and 0.1.</param>
internal sealed record Nci(double Alpha) : OodScore
{
    internal const string Mean = "Mean";

    public double Alpha { get; } = Alpha >= 0 && double.IsFinite(Alpha)
        ? Alpha
        : throw new ArgumentOutOfRangeException("alpha", Alpha, "What the embedding's size counts is a number of at least 0, such as 0.0001.");

    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.LinearHead;

    internal override OodInputs? LearnsFrom => OodInputs.Embedding;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => new Dictionary<string, Tensor> { [Mean] = rows.Embedding!.mean([0]) };

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new(Mean, ScalarType.Float32, from.Features)];

    internal override Tensor Score(in OodBatch batch)
    {
        var embedding = batch.Embedding!;
        var weight = batch.Network!.Classifier.HeadWeight.index_select(0, batch.Logits!.argmax(1));   // [B, D]
        var along = (weight * Directions.Of(embedding - batch.Learned[Mean])).sum([1]);   // [B]
        return -along.Plus(embedding.abs().sum([1]).Times(Alpha));
    }
}
