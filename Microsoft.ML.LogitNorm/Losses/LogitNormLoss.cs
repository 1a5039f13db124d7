using static System.FormattableString;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Cross-entropy of logits scaled to a constant norm: only their direction is trained.</summary>
/// <remarks>
/// L = CE( f / (τ(‖f‖₂ + 1e-7)), y ), f = logits [B, C]; mean over the rows. Each row's loss is at least log(1 + (C − 1)e^(−2/τ)).
/// Wei et al., "Mitigating Neural Network Overconfidence with Logit Normalization", ICML 2022, eq. 4 and Prop. 3.3.
/// The warm-up of τ is this library's addition: at a small τ the normalised logits start out as far apart as they can ever be, mostly wrong, and their
/// gradients are large and noisy; a short training does not recover from that, one that starts at τ = 1 does.
/// </remarks>
/// <param name="Tau">Temperature τ &gt; 0; the paper uses 0.04 for CIFAR-10.</param>
/// <param name="Warmup">Share of the training steps over which τ falls from 1 to <paramref name="Tau"/>; 0 in the paper.</param>
internal sealed record LogitNormLoss(double Tau, double Warmup) : TrainingLoss("LogitNorm")
{
    /// <summary>Keeps the division defined for a row of zeros; the official code's value.</summary>
    private const double NormOffset = 1e-7;

    public double Tau { get; } = Tau > 0 && double.IsFinite(Tau)
        ? Tau
        : throw new ArgumentOutOfRangeException("tau", Tau, "The temperature tau divides the logits: give a positive number, such as 0.04.");

    public double Warmup { get; } = Warmup is >= 0 and <= 1
        ? Warmup
        : throw new ArgumentOutOfRangeException(
            "warmup", Warmup, "The warm-up is a share of the training steps: give a number from 0 (none) to 1 (all of them).");

    /// <summary>The temperature at a point of the training: τ^(progress / warmup) during the warm-up, τ after it, and always τ where τ ≥ 1.</summary>
    public double TauAt(double progress) => progress < Warmup && Tau < 1 ? Math.Pow(Tau, progress / Warmup) : Tau;

    public override string ToString() => Invariant($"LogitNorm(tau: {Tau}, warmup: {Warmup})");

    internal override double ChangesUntil => Tau < 1 ? Warmup : 0;

    /// <summary>
    /// f / (τ‖f‖₂), which is the same for all classes where f points along (1, …, 1). The length of f, which the loss does not feel, cannot bring that about.
    /// </summary>
    internal override Tensor OutlierLogits(Tensor logits, double progress) => Normalize(logits, progress);

    internal override Tensor Compute(in TrainingStep step)
        => functional.cross_entropy(Normalize(step.Logits, step.Progress), step.Labels, step.ClassWeights);

    private Tensor Normalize(Tensor logits, double progress)
    {
        var norm = logits.norm(dim: 1, keepdim: true).Plus(NormOffset);   // [B, 1]
        return logits / norm.Times(TauAt(progress));
    }
}
