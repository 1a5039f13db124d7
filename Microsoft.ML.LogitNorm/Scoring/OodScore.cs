using System.Text.Json.Serialization;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How unusual a row looks: a function of what the network made of it. Make one with <see cref="OodScores"/>.</summary>
/// <remarks>
/// Every score has the same direction: <b>higher = more likely out of distribution</b>; a confidence from a paper is negated. A score is a
/// record of its hyper-parameters, saved with the model by name. A new one is one sealed record in a file of its own and one line in
/// <see cref="OodScores"/>.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MaxSoftmax), "max-softmax")]
[JsonDerivedType(typeof(MaxLogit), "max-logit")]
[JsonDerivedType(typeof(Energy), "energy")]
[JsonDerivedType(typeof(Entropy), "entropy")]
[JsonDerivedType(typeof(GeneralizedEntropy), "generalized-entropy")]
[JsonDerivedType(typeof(KlMatching), "kl-matching")]
[JsonDerivedType(typeof(GradNorm), "grad-norm")]
[JsonDerivedType(typeof(SimplifiedHopfield), "simplified-hopfield")]
[JsonDerivedType(typeof(NearestNeighbours), "nearest-neighbours")]
[JsonDerivedType(typeof(Mahalanobis), "mahalanobis")]
[JsonDerivedType(typeof(RelativeMahalanobis), "relative-mahalanobis")]
[JsonDerivedType(typeof(VirtualLogit), "virtual-logit")]
[JsonDerivedType(typeof(Residual), "residual")]
[JsonDerivedType(typeof(NnGuide), "nn-guide")]
[JsonDerivedType(typeof(Relation), "relation")]
[JsonDerivedType(typeof(ReAct), "react")]
[JsonDerivedType(typeof(Vra), "vra")]
[JsonDerivedType(typeof(AshB), "ash-b")]
[JsonDerivedType(typeof(AshS), "ash-s")]
[JsonDerivedType(typeof(Scale), "scale")]
[JsonDerivedType(typeof(Dice), "dice")]
[JsonDerivedType(typeof(Fdbd), "fdbd")]
[JsonDerivedType(typeof(Nci), "nci")]
[JsonDerivedType(typeof(MaxCosine), "max-cosine")]
[JsonDerivedType(typeof(Odin), "odin")]
[JsonDerivedType(typeof(LayerGaussian), "layer-gaussian")]
[JsonDerivedType(typeof(RelativeLayerGaussian), "relative-layer-gaussian")]
[JsonDerivedType(typeof(Fuse), "fuse")]
public abstract record OodScore
{
    internal OodScore()
    {
    }

    /// <summary>The score's name, for messages and tables; <see cref="ToString"/> has the hyper-parameters too.</summary>
    [JsonIgnore]
    public string Name => GetType().Name;

    /// <summary>Whether <c>Fit</c> reads training rows for the score to learn from.</summary>
    [JsonIgnore]
    public bool Learns => LearnsFrom is not null;

    /// <summary>What it has in common with the same score of other hyper-parameters, among which a search chooses.</summary>
    internal virtual string Kind => Name;

    /// <summary>What the score is computed from.</summary>
    internal virtual OodInputs Needs => OodInputs.Logits;

    /// <summary>What <see cref="Learn(in OodBatch)"/> reads of the training rows; null for a score that learns nothing.</summary>
    internal virtual OodInputs? LearnsFrom => null;

    /// <summary>Whether it ranks by rows, and so reads those that were held out, where there are some.</summary>
    internal virtual bool RanksRows => false;

    /// <summary>Learns from all training rows at once; what is returned is saved with the model.</summary>
    /// <param name="rows">The rows that the estimator was fitted on, with what <see cref="LearnsFrom"/> lists.</param>
    /// <returns>Named tensors in the caller's scope.</returns>
    /// <exception cref="OodScoreException">The score cannot be learned from these rows; says why, and what to do.</exception>
    internal virtual IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => throw new InvalidOperationException($"{Name} learns nothing.");

    /// <summary>The same, with rows to rank by that neither network nor score has seen. Scores that rank nothing learn what they learn without.</summary>
    /// <param name="rows">The rows that the estimator was fitted on, with what <see cref="LearnsFrom"/> lists.</param>
    /// <param name="heldOut">Others of the known classes, with what the score <see cref="Needs"/>.</param>
    /// <returns>Named tensors in the caller's scope.</returns>
    /// <exception cref="OodScoreException">The score cannot be learned from these rows; says why, and what to do.</exception>
    internal virtual IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows, in OodBatch heldOut) => Learn(rows);

    /// <summary>
    /// Names, types and shapes of what <see cref="Learn(in OodBatch)"/> returns, by which files are checked; required of every score that learns.
    /// </summary>
    /// <param name="from">What it learns from.</param>
    /// <exception cref="InvalidDataException">The sizes lack one that the score depends on.</exception>
    internal virtual IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => LearnsFrom is null ? [] : throw new InvalidOperationException($"{Name} does not say what it learns.");

    /// <summary>Scores each row.</summary>
    /// <param name="batch">The rows, with what the score <see cref="Needs"/>.</param>
    /// <returns>[B], in the caller's scope.</returns>
    internal abstract Tensor Score(in OodBatch batch);

    /// <summary>The name, and the hyper-parameters if there are any: <c>Energy(Temperature = 1)</c>. Those left to the score are left out.</summary>
    /// <remarks>It is the same in every culture: tables, files and keys hold it.</remarks>
    public sealed override string ToString() => Parameters is { Length: > 0 } parameters ? $"{Name}({parameters})" : Name;

    /// <summary>The hyper-parameters as text, the same in every culture; "" if there are none.</summary>
    private protected virtual string Parameters => RecordText.Members(this);

    /// <summary>What to say of a score that is NaN or infinite.</summary>
    internal string NotFinite(long row, float value)
        => Invariant($"The score {Name} of row {row} (counted from 0) is {value}: ")
            + Invariant($"its logits or embedding, or the hyper-parameters of {this}, are too extreme for it. ")
            + "Did training diverge, or does the row hold values far outside those of training?";

    /// <summary>Scores each row, without gradients, and brings the scores to managed memory.</summary>
    internal float[] Compute(in OodBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (scores, rows) = (Score(batch), batch.Count);
        return scores.shape is [var count] && count == rows
            ? scores.to(float32).cpu().contiguous().data<float>().ToArray()
            : throw new InvalidOperationException(
                $"The score {Name} gave [{string.Join(", ", scores.shape)}] for {rows} rows; expected [{rows}], one number a row.");
    }
}
