using static System.FormattableString;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Cross-entropy plus a price on the logits' norm.</summary>
/// <remarks>
/// L = CE(f, y) + λ‖f‖₂, f = logits [B, C]; mean over the rows. At least 0.
/// Wei et al., "Mitigating Neural Network Overconfidence with Logit Normalization", ICML 2022, Table 5.
/// </remarks>
/// <param name="Lambda">Weight λ ≥ 0 of the norm.</param>
internal sealed record LogitPenaltyLoss(double Lambda) : TrainingLoss("LogitPenalty")
{
    public double Lambda { get; } = Lambda >= 0 && double.IsFinite(Lambda)
        ? Lambda
        : throw new ArgumentOutOfRangeException(
            "lambda", Lambda, "The weight lambda of the penalty must be a number of at least 0, such as 0.05; 0 is plain cross-entropy.");

    public override string ToString() => Invariant($"LogitPenalty(lambda: {Lambda})");

    internal override Tensor Compute(in TrainingStep step)
        => functional.cross_entropy(step.Logits, step.Labels, step.ClassWeights).Plus(step.Mean(step.Logits.norm(dim: 1)).Times(Lambda));
}
