using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="LearningRateSchedule.OneCycle"/>
internal sealed record OneCycleSchedule(double Peak) : LearningRateSchedule
{
    private const double First = 1.0 / 25;
    private const double Last = First / 1e4;

    public double Peak { get; } = Peak is > 0 and < 1
        ? Peak
        : throw new ArgumentOutOfRangeException("peak", Peak, "The peak lies between 0 and 1, such as 0.3 for 30 % of the run.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"OneCycle({Peak})");

    internal override double FactorAt(double progress)
        => progress < Peak ? HalfCosine(First, 1, progress / Peak) : HalfCosine(1, Last, (progress - Peak) / (1 - Peak));
}
