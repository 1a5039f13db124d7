namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="ClassWeights.Of"/>
internal sealed record GivenClassWeights(IReadOnlyList<ClassWeight> Weights) : ClassWeights
{
    public IReadOnlyList<ClassWeight> Weights { get; } = Check(Weights);

    public override string ToString() => $"[{string.Join(", ", Weights)}]";

    internal override IReadOnlyList<float> For(LabelColumn label, IReadOnlyList<long> counts)
    {
        var byName = Weights.ToDictionary(weight => weight.Class, weight => (float)weight.Weight);
        var weights = Enumerable.Range(0, label.ClassCount).Select(i => byName.Remove(label.NameOf(i), out var weight) ? weight : 1).ToArray();
        return byName.Count == 0
            ? weights
            : throw new InvalidOperationException(
                $"ClassWeights has a weight for '{byName.Keys.First()}', which is no class of label column '{label.Name}': it has {label.ClassesText}. "
                + "Name a class by its value before MapValueToKey.");
    }

    private static ValueList<ClassWeight> Check(IReadOnlyList<ClassWeight> weights)
    {
        var list = ValueList.Of(weights);
        if (list.Count == 0)
            throw new ArgumentException("Give the weight of at least one class, such as (\"rare\", 5.0); ClassWeights.None() is for none.", nameof(weights));
        if (list.CountBy(weight => weight.Class).FirstOrDefault(entry => entry.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"Class '{twice}' has a weight more than once. Give each class one.", nameof(weights));
        return list;
    }
}
