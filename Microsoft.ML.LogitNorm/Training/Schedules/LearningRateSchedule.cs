using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>How the learning rate changes over a training run, as a share of <see cref="LogitNormTrainer.Options.LearningRate"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MilestonesSchedule), "milestones")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(OneCycleSchedule), "one-cycle")]
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>Multiplies the rate by <paramref name="factor"/> when each milestone is passed.</summary>
    /// <param name="milestones">
    /// Rising shares of the run, each in (0, 1). The default, 0.4 and 0.7, is the paper's: epochs 80 and 140 of 200.
    /// </param>
    /// <param name="factor">In (0, 1]; the paper divides by 10.</param>
    /// <exception cref="ArgumentException">A milestone lies outside (0, 1) or they do not rise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor lies outside (0, 1].</exception>
    public static LearningRateSchedule Milestones(IReadOnlyList<double>? milestones = null, double factor = 0.1)
        => new MilestonesSchedule(milestones ?? [0.4, 0.7], factor);

    /// <summary>Falls from the full rate to 0 along half a cosine (Loshchilov &amp; Hutter, 2017, without restarts).</summary>
    public static LearningRateSchedule Cosine() => new CosineSchedule();

    /// <summary>
    /// Rises from 1/25 of the rate to all of it, then falls to almost nothing, both along half a cosine: much accuracy in few epochs (Smith &amp; Topin, 2018;
    /// the rate only, momentum stays as it is).
    /// </summary>
    /// <param name="peak">The share of the run after which the rate is highest, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="peak"/> lies outside (0, 1).</exception>
    public static LearningRateSchedule OneCycle(double peak = 0.3) => new OneCycleSchedule(peak);

    /// <summary>The rate's factor.</summary>
    /// <param name="progress">The share of the steps that are done, in [0, 1).</param>
    internal abstract double FactorAt(double progress);

    private protected static double HalfCosine(double from, double to, double share) => to + ((from - to) * (1 + Math.Cos(Math.PI * share)) / 2);
}
