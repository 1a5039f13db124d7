namespace Microsoft.ML.LogitNorm;

/// <summary>How fast a part of a network learns, beside the others.</summary>
/// <param name="Stage">A stage of the backbone, such as <c>layer1</c>, or <c>head</c> for what comes behind it.</param>
/// <param name="Factor">
/// What <see cref="LogitNormTrainer.Options.LearningRate"/>, times its schedule, is multiplied by there; above 0. Weight decay goes with the rate, as always.
/// </param>
public sealed record StageLearningRate(string Stage, double Factor)
{
    /// <summary>A stage of the backbone, or <c>head</c>.</summary>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    public string Stage { get; init => field = NotEmpty(value); } = NotEmpty(Stage);

    /// <summary>What the learning rate is multiplied by, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not finite.</exception>
    public double Factor { get; init => field = Positive(value); } = Positive(Factor);

    /// <summary>Both values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    private static string NotEmpty(string stage)
        => string.IsNullOrEmpty(stage) ? throw new ArgumentException("Name a stage of the backbone, or 'head'.", nameof(Stage)) : stage;

    private static double Positive(double factor) => double.IsFinite(factor) && factor > 0
        ? factor
        : throw new ArgumentOutOfRangeException(
            nameof(Factor), factor, "The factor of a stage's learning rate is above 0, such as 0.1; FrozenStages has those that do not learn.");
}
