using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Generalised entropy (GEN) of the largest probabilities: more sensitive than <see cref="Entropy"/> to small departures from certainty.</summary>
/// <remarks>
/// Σ p^γ (1 − p)^γ over the M largest p of each row, p = softmax(f), f = logits [B, C]; gives [B], at least 0, higher = more likely out of
/// distribution. Liu et al., "GEN: Pushing the Limits of Softmax-Based Out-of-Distribution Detection", CVPR 2023.
/// Needs <c>Logits</c>; learns nothing. Cost: O(BC log C).
/// </remarks>
/// <param name="Gamma">γ in (0, 1); the paper uses 0.1.</param>
/// <param name="TopClasses">M ≥ 1; all classes where there are fewer. The paper uses 100 of ImageNet's 1,000.</param>
internal sealed record GeneralizedEntropy(double Gamma, int TopClasses) : OodScore
{
    public double Gamma { get; } = Gamma is > 0 and < 1
        ? Gamma
        : throw new ArgumentOutOfRangeException("gamma", Gamma, "Gamma lies between 0 and 1, both excluded; the paper uses 0.1.");

    public int TopClasses { get; } = TopClasses >= 1
        ? TopClasses
        : throw new ArgumentOutOfRangeException("topClasses", TopClasses, "At least 1 class counts; the paper uses 100.");

    internal override Tensor Score(in OodBatch batch)
    {
        // In double precision: 1 − p of a sure prediction is all that tells it from a surer one.
        var logProbabilities = batch.Logits!.to(float64).log_softmax(1);
        var (top, _) = logProbabilities.topk((int)Math.Min(TopClasses, batch.Logits!.shape[1]), 1);   // [B, M]
        return top.Times(Gamma).exp().mul(top.expm1().neg().ToPower(Gamma)).sum([1]);
    }
}
