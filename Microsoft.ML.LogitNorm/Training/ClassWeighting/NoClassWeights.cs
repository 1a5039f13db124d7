namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="ClassWeights.None"/>
internal sealed record NoClassWeights : ClassWeights
{
    public override string ToString() => "None";

    internal override IReadOnlyList<float>? For(LabelColumn label, IReadOnlyList<long> counts) => null;
}
