namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="LearningRateSchedule.Cosine"/>
internal sealed record CosineSchedule : LearningRateSchedule
{
    public override string ToString() => "Cosine";

    internal override double FactorAt(double progress) => HalfCosine(1, 0, progress);
}
