namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="ClassWeights.Balanced"/>
internal sealed record BalancedClassWeights : ClassWeights
{
    public override string ToString() => "Balanced";

    internal override IReadOnlyList<float> For(LabelColumn label, IReadOnlyList<long> counts)
    {
        var rows = counts.Sum();
        return [.. counts.Select(count => (float)(rows / ((double)counts.Count * count)))];
    }
}
