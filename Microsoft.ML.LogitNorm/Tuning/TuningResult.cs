using System.Globalization;
using System.Text;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a <see cref="LogitNormTuner"/> found.</summary>
public sealed record TuningResult
{
    // Accuracies are shares of whole rows, so that two differ by far more than this or by rounding only: as doubles, 152/300 - 0.01 is above 149/300.
    private const double Rounding = 1e-12;

    /// <summary>The chosen trial.</summary>
    /// <remarks>
    /// Of the trials whose accuracy is at most <see cref="LogitNormTuner.Options.AccuracyLoss"/> below the highest, the one with the lowest
    /// <see cref="TuningTrial.FprAt95Tpr"/>; of several with the same, the one with the largest τ, which is the easiest to train. Failed trials do not count.
    /// </remarks>
    public required TuningTrial Best { get; init; }

    /// <summary>All trials, in the order of <see cref="LogitNormTuner.Options.Taus"/>.</summary>
    public required IReadOnlyList<TuningTrial> Trials { get; init => field = ValueList.Of(value); }

    /// <summary>The trainer's options with the loss of the chosen τ, ready to train with all epochs.</summary>
    public required LogitNormTrainer.Options BestOptions { get; init; }

    /// <summary>The trials as a table in Markdown, a row each.</summary>
    public override string ToString()
    {
        var table = new StringBuilder("| tau | accuracy | FPR95 | AUROC | time | |\n|---|---|---|---|---|---|\n");
        foreach (var trial in Trials)
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {trial.Tau} | {trial.Accuracy:P2} | {trial.FprAt95Tpr:P2} | {trial.Auroc:P2} | {trial.Duration:hh\\:mm\\:ss} | "
                + $"{(trial == Best ? "**chosen**" : trial.Failure)} |\n");
        return table.ToString();
    }

    /// <summary>The trial to choose, by the rule of <see cref="Best"/>.</summary>
    /// <exception cref="InvalidOperationException">Every trial failed.</exception>
    internal static TuningTrial Choose(IReadOnlyCollection<TuningTrial> trials, double accuracyLoss)
    {
        var trained = trials.Where(trial => trial.Failure is null).ToArray();
        if (trained.Length == 0)
            throw new InvalidOperationException(
                "Training diverged in every trial. Lower LearningRate, try larger temperatures, or warm up for longer."
                + string.Concat(trials.Select(trial => $"{Environment.NewLine}{trial}")));
        var accurate = trained.Max(trial => trial.Accuracy) - accuracyLoss - Rounding;
        return trained.Where(trial => trial.Accuracy >= accurate).OrderBy(trial => trial.FprAt95Tpr).ThenByDescending(trial => trial.Tau).First();
    }
}
