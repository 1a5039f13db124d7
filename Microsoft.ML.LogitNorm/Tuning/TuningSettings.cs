using System.Text.Json;

namespace Microsoft.ML.LogitNorm;

/// <summary>Everything that decides what a trial comes to, but for its temperature and the seed: trials compare only if all of it is equal.</summary>
internal static class TuningSettings
{
    // What a trial replaces, what stands in the file by itself, and what does not change the trained weights.
    private static readonly HashSet<string> _leftOut =
    [
        nameof(LogitNormTrainer.Options.Loss), nameof(LogitNormTrainer.Options.Epochs), nameof(LogitNormTrainer.Options.Seed),
        nameof(LogitNormTrainer.Options.ValidationSet), nameof(LogitNormTrainer.Options.EpochCompleted), nameof(LogitNormTrainer.Options.StepCompleted),
        nameof(LogitNormTrainer.Options.CancellationToken),
    ];

    /// <summary>The settings by their names.</summary>
    public static Dictionary<string, JsonElement> Of(LogitNormTuner.Options options, ImageColumn image, LabelColumn label, long trainingRows, long validationRows)
    {
        // By reflection, so that an option that the trainer gets one day is not forgotten here.
        var settings = typeof(LogitNormTrainer.Options).GetProperties()
            .Where(property => !_leftOut.Contains(property.Name))
            .ToDictionary(property => property.Name, property => JsonSerializer.SerializeToElement(property.GetValue(options.Trainer), property.PropertyType, ModelJson.Options));
        Add("Epochs", options.EpochsPerTrial ?? options.Trainer.Epochs);
        Add("Warmup", options.Warmup);
        Add("NoiseCount", options.NoiseCount);
        Add("Images", $"{image.Kind} {image.Shape}");
        Add("Classes", label.ClassesText);
        Add("TrainingRows", trainingRows);
        Add("ValidationRows", validationRows);
        return settings;

        void Add<T>(string name, T value) => settings.Add(name, JsonSerializer.SerializeToElement(value, ModelJson.Options));
    }

    /// <summary>What differs, such as "Epochs was 20 and is 10"; empty where nothing does.</summary>
    public static string[] Differences(IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement> now)
        => [.. before.Keys.Union(now.Keys)
            .Select(name => (Name: name, Was: Text(before, name), Is: Text(now, name)))
            .Where(setting => setting.Was != setting.Is)
            .Select(setting => $"{setting.Name} was {setting.Was} and is {setting.Is}")];

    private static string Text(IReadOnlyDictionary<string, JsonElement> settings, string name)
        => settings.TryGetValue(name, out var value) ? JsonSerializer.Serialize(value, ModelJson.Options) : "not there";
}
