using System.Text.Json;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Everything that decides what a trial comes to, but for its temperature and the seed: trials compare only if all of it is equal.</summary>
internal static class TuningSettings
{
    /// <summary>What an option is that a file does not have; see <see cref="TrainingSettings.Defaults"/>.</summary>
    public static Dictionary<string, JsonElement> Defaults => Complete(TrainingSettings.Defaults, new());

    /// <summary>The settings by their names.</summary>
    /// <param name="options">How the trials are made.</param>
    /// <param name="input">What is trained on.</param>
    /// <param name="label">The labels' column.</param>
    /// <param name="trainingRows">Labelled rows to train on.</param>
    /// <param name="validationRows">Labelled rows to validate on.</param>
    /// <param name="streamed">
    /// Whether the trials stream their rows, by the option or because memory does not hold them: they are then shuffled otherwise.
    /// </param>
    public static Dictionary<string, JsonElement> Of(
        LogitNormTuner.Options options, NetworkInput input, LabelColumn label, long trainingRows, long validationRows, bool streamed)
    {
        var trainer = options.Trainer.For(trainingRows) with { Epochs = options.EpochsPerTrial ?? options.Trainer.Epochs };
        var settings = Complete(TrainingSettings.Of(trainer, input, label, trainingRows, streamed, Outliers(options), Validation(options)), options);
        TrainingSettings.Add(settings, "ValidationRows", validationRows);
        return settings;
    }

    // Their number stands for the rows, as it does for those to train and to validate on.
    private static string? Outliers(LogitNormTuner.Options options) => options.Trainer.OutlierSet is { } set ? Rows(set) : null;

    private static string? Validation(LogitNormTuner.Options options)
        => options.Trainer is { EarlyStopping: not null, ValidationSet: { } set } ? Rows(set) : null;

    private static string Rows(IDataView set) => Invariant($"{set.GetRowCount() ?? Count(set)} rows");

    private static long Count(IDataView rows)
    {
        using var cursor = rows.GetRowCursor([]);
        long count = 0;
        while (cursor.MoveNext())
            count++;
        return count;
    }

    private static Dictionary<string, JsonElement> Complete(Dictionary<string, JsonElement> settings, LogitNormTuner.Options options)
    {
        settings.Remove(nameof(LogitNormTrainer.Options.Loss));   // each trial has its own
        TrainingSettings.Add(settings, nameof(options.Warmup), options.Warmup);
        TrainingSettings.Add(settings, nameof(options.NoiseCount), options.NoiseCount);
        return settings;
    }
}
