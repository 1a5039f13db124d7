using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What the training minimises. It decides how far confidence can be trusted on inputs that belong to no class.</summary>
/// <remarks>The family is closed: its members are this type's static methods. A loss is an immutable value; two with equal parameters are equal.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CrossEntropyLoss), "cross-entropy")]
[JsonDerivedType(typeof(LogitNormLoss), "logit-norm")]
[JsonDerivedType(typeof(LogitPenaltyLoss), "logit-penalty")]
[JsonDerivedType(typeof(ExtendedLogitNormLoss), "extended-logit-norm")]
public abstract record TrainingLoss
{
    private protected TrainingLoss(string name) => Name = name;

    /// <summary>Short name for reports, without the parameters; <see cref="object.ToString"/> has them.</summary>
    [JsonIgnore]
    public string Name { get; }

    /// <summary>Softmax cross-entropy, the baseline: it keeps growing the logits' norm, and with it the confidence on anything.</summary>
    public static TrainingLoss CrossEntropy() => new CrossEntropyLoss();

    /// <summary>Logit normalisation: cross-entropy of f / (τ ‖f‖₂), which trains only the direction of the logits f.</summary>
    /// <param name="tau">
    /// Temperature τ &gt; 0; the paper uses 0.04 for CIFAR-10. The smaller, the further apart in-distribution and out-of-distribution inputs can lie
    /// and the harder the network is to train. The larger, the less of the loss can be trained away: no row's loss falls below log(1 + (C − 1)e^(−2/τ)).
    /// </param>
    /// <param name="warmup">
    /// Share of the training steps, from 0 to 1, over which τ falls geometrically from 1 to <paramref name="tau"/>. It makes a small τ trainable in few epochs.
    /// 0 is the paper's recipe, where τ never changes.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="tau"/> is not a positive finite number, or <paramref name="warmup"/> is not in [0, 1].
    /// </exception>
    /// <remarks>Wei et al., ICML 2022, arXiv 2205.09310, eq. 4.</remarks>
    public static TrainingLoss LogitNorm(double tau = 0.04, double warmup = 0.5) => new LogitNormLoss(tau, warmup);

    /// <summary>
    /// Cross-entropy plus λ · ‖f‖₂: asks for small logits instead of normalising them. The paper's comparison, weaker than <see cref="LogitNorm"/>.
    /// </summary>
    /// <param name="lambda">Weight λ ≥ 0 of the norm; 0 is plain cross-entropy. The default is this library's choice, not the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lambda"/> is negative or not finite.</exception>
    /// <remarks>Wei et al., ICML 2022, arXiv 2205.09310, Table 5.</remarks>
    public static TrainingLoss LogitPenalty(double lambda = 0.05) => new LogitPenaltyLoss(lambda);

    /// <summary>
    /// Extended logit normalisation: divides the logits by the mean distance of the embedding to the decision boundaries.
    /// It has no parameter to tune, and needs <see cref="Head.Linear"/>.
    /// </summary>
    /// <remarks>Ding et al., "Enhancing Out-of-Distribution Detection with Extended Logit Normalization", arXiv 2504.11434.</remarks>
    public static TrainingLoss ExtendedLogitNorm() => new ExtendedLogitNormLoss();

    /// <summary>Whether it is defined for logits f = W z + b only, and so needs <see cref="Head.Linear"/>.</summary>
    internal virtual bool NeedsLinearHead => false;

    /// <summary>The share of the training steps after which it stays the same function of the logits; 0 where it always is.</summary>
    internal virtual double ChangesUntil => 0;

    /// <summary>The logits of rows of no class, [K, C], whose softmax is to be the same for all classes (<see cref="OutlierExposure"/>).</summary>
    /// <param name="logits">Network outputs f, [K, C].</param>
    /// <param name="progress">Share of the training steps that are done, from 0 to 1.</param>
    internal virtual Tensor OutlierLogits(Tensor logits, double progress) => logits;

    /// <summary>The loss of one batch, a scalar: the mean over its rows, weighted where the step has class weights (<see cref="TrainingStep.Mean"/>).</summary>
    internal abstract Tensor Compute(in TrainingStep step);
}
