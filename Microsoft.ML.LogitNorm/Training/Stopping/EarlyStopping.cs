namespace Microsoft.ML.LogitNorm;

/// <summary>Ends a training that no longer gets better on rows that it does not train on, and keeps the weights of its best epoch.</summary>
/// <remarks>
/// The learning rate's schedule and tau warm-up go by the share of <see cref="LogitNormTrainer.Options.Epochs"/>, whether they are all trained or not. One that
/// saves its low rates for the end, such as <see cref="LearningRateSchedule.OneCycle"/>, has not had them when it is stopped before: give such a training the
/// epochs that it needs and no patience, which keeps the best epoch of all of them.
/// Prechelt, "Early Stopping – But When?", 1998.
/// </remarks>
public sealed record EarlyStopping
{
    /// <summary>Early stopping, or, without patience, keeping the best epoch of a whole training.</summary>
    /// <param name="patience">
    /// After how many epochs in a row that are not better than the best the training ends; null trains all epochs. Those of LogitNorm's tau warm-up do not
    /// count: until τ has come down, the loss at the final τ rises and falls, also of a network that gets better.
    /// </param>
    /// <param name="metric">What is better.</param>
    /// <param name="minDelta">By more than how much an epoch must be better to take the best one's place, in the metric's unit.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="patience"/> is below 1, <paramref name="minDelta"/> negative or not finite, or <paramref name="metric"/> none of the enumeration.
    /// </exception>
    public EarlyStopping(int? patience = 10, EarlyStoppingMetric metric = EarlyStoppingMetric.Loss, double minDelta = 0)
    {
        Patience = patience is null or >= 1
            ? patience
            : throw new ArgumentOutOfRangeException(nameof(patience), patience, "Wait for at least 1 epoch; null trains all epochs and keeps the best.");
        Metric = Enum.IsDefined(metric)
            ? metric
            : throw new ArgumentOutOfRangeException(nameof(metric), metric, "Watch EarlyStoppingMetric.Loss or Accuracy.");
        MinDelta = double.IsFinite(minDelta) && minDelta >= 0
            ? minDelta
            : throw new ArgumentOutOfRangeException(nameof(minDelta), minDelta, "The least improvement is at least 0, such as 0.001.");
    }

    /// <summary>After how many epochs in a row that are not better than the best the training ends; null trains all epochs.</summary>
    public int? Patience { get; }

    /// <summary>What is better.</summary>
    public EarlyStoppingMetric Metric { get; }

    /// <summary>By more than how much an epoch must be better to take the best one's place, in the metric's unit.</summary>
    public double MinDelta { get; }

    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <summary>Whether a value takes another one's place as the best.</summary>
    /// <param name="value">The new value; NaN is never better.</param>
    /// <param name="best">The best so far.</param>
    internal bool IsBetter(double value, double best) => Metric == EarlyStoppingMetric.Loss ? value < best - MinDelta : value > best + MinDelta;

    /// <summary>Whether a training is over.</summary>
    /// <param name="epochs">Epochs that it has trained.</param>
    /// <param name="best">The best of them, from 1; 0 where none was.</param>
    /// <param name="warmup">Epochs in which the loss still changes, and for which patience does not count.</param>
    internal bool IsOver(int epochs, int best, int warmup) => Patience is { } patience && epochs - Math.Max(best, warmup) >= patience;
}
