using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>How much a row's class counts in the training loss.</summary>
/// <remarks>
/// The loss of a step of rows i with classes y is Σ w(yᵢ) Lᵢ / Σ w(yᵢ), as PyTorch's weighted mean has it, so that weights which are all the same change
/// nothing. Lᵢ is the whole of a row's loss, the logits' norm of <see cref="TrainingLoss.LogitPenalty"/> included; outliers are of no class and not weighed.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoClassWeights), "none")]
[JsonDerivedType(typeof(BalancedClassWeights), "balanced")]
[JsonDerivedType(typeof(GivenClassWeights), "given")]
public abstract record ClassWeights
{
    private protected ClassWeights()
    {
    }

    /// <summary>All rows count the same, so a class counts by its number of rows.</summary>
    public static ClassWeights None() => new NoClassWeights();

    /// <summary>All classes count the same: class c has the weight n / (C · n_c), with n_c of the n rows that are trained on, and C classes.</summary>
    public static ClassWeights Balanced() => new BalancedClassWeights();

    /// <summary>Weights by the label's value, such as <c>ClassWeights.Of(("rare", 5.0))</c>; classes that are not named have 1.</summary>
    /// <param name="weights">Each class's value as text, in numbers with a point, and its weight, finite and above 0.</param>
    /// <exception cref="ArgumentNullException"><paramref name="weights"/>, or the name of a class, is null.</exception>
    /// <exception cref="ArgumentException">None is given, or a class twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is 0, negative or not finite.</exception>
    public static ClassWeights Of(params IReadOnlyList<(string Class, double Weight)> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new GivenClassWeights([.. weights.Select(weight => new ClassWeight(weight.Class, weight.Weight))]);
    }

    /// <summary>The weight of each class; null where all are the same.</summary>
    /// <param name="label">The classes.</param>
    /// <param name="counts">How many rows of each are trained on, at least 1.</param>
    /// <exception cref="InvalidOperationException">A class that is named is none of the label's.</exception>
    internal abstract IReadOnlyList<float>? For(LabelColumn label, IReadOnlyList<long> counts);
}
