using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="LearningRateSchedule.Milestones"/>
internal sealed record MilestonesSchedule(IReadOnlyList<double> Shares, double Factor) : LearningRateSchedule
{
    // Steps are counted in whole numbers: a milestone of 0.7 means the step at or after it, not one later because 0.7 × 10 is 6.999….
    private const double Rounding = 1e-9;

    public IReadOnlyList<double> Shares { get; } = Shares.All(m => m is > 0 and < 1) && Shares.Zip(Shares.Skip(1)).All(pair => pair.First < pair.Second)
        ? ValueList.Of(Shares)
        : throw new ArgumentException(
            $"Milestones are rising shares of the run, each between 0 and 1; got {Text(Shares)}. Epoch 80 of 200 is 0.4.", "milestones");

    public double Factor { get; } = Factor is > 0 and <= 1
        ? Factor
        : throw new ArgumentOutOfRangeException("factor", Factor, "The learning rate's factor lies above 0 and is at most 1.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Milestones([{Text(Shares)}], {Factor})");

    internal override double FactorAt(double progress) => Math.Pow(Factor, Shares.Count(milestone => progress >= milestone - Rounding));

    private static string Text(IEnumerable<double> values) => string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
