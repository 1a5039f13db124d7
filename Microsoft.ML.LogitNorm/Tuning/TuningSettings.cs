using System.Text.Json;

namespace Microsoft.ML.LogitNorm;

/// <summary>Everything that decides what a trial comes to, but for its temperature and the seed: trials compare only if all of it is equal.</summary>
internal static class TuningSettings
{
    /// <summary>The settings by their names.</summary>
    public static Dictionary<string, JsonElement> Of(LogitNormTuner.Options options, ImageColumn image, LabelColumn label, long trainingRows, long validationRows)
    {
        var settings = TrainingSettings.Of(options.Trainer.For(trainingRows) with { Epochs = options.EpochsPerTrial ?? options.Trainer.Epochs }, image, label, trainingRows, options.Trainer.ImageCache == ImageCache.Stream);
        settings.Remove(nameof(LogitNormTrainer.Options.Loss));   // each trial has its own
        TrainingSettings.Add(settings, "Warmup", options.Warmup);
        TrainingSettings.Add(settings, "NoiseCount", options.NoiseCount);
        TrainingSettings.Add(settings, "ValidationRows", validationRows);
        return settings;
    }
}
