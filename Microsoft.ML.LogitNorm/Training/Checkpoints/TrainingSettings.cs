using System.Text.Json;

namespace Microsoft.ML.LogitNorm;

/// <summary>Everything but the seed that decides what a training comes to, by name, so that a later run can tell whether it is the same training.</summary>
internal static class TrainingSettings
{
    private const string NotThere = "not there";

    // The seed stands in each file by itself; the others do not change the trained weights.
    private static readonly HashSet<string> _leftOut =
    [
        nameof(LogitNormTrainer.Options.Seed), nameof(LogitNormTrainer.Options.ValidationSet), nameof(LogitNormTrainer.Options.EpochCompleted),
        nameof(LogitNormTrainer.Options.StepCompleted), nameof(LogitNormTrainer.Options.CancellationToken), nameof(LogitNormTrainer.Options.CheckpointFile),
        nameof(LogitNormTrainer.Options.PredictedLabelColumnName), nameof(LogitNormTrainer.Options.ScoreColumnName),
        nameof(LogitNormTrainer.Options.LogitsColumnName), nameof(LogitNormTrainer.Options.EmbeddingColumnName),
        nameof(LogitNormTrainer.Options.LayerStatisticsColumnName),
        // Which rows they are stands in the file where there are any; of those to validate on, where the outcome depends on them.
        nameof(LogitNormTrainer.Options.OutlierSet),
        // And so do the hashes of what it begins with.
        nameof(LogitNormTrainer.Options.InitialWeights),
        // What comes of it stands in the file where it is Stream, which shuffles otherwise.
        nameof(LogitNormTrainer.Options.ImageCache),
    ];

    /// <summary>What an option is that a file does not have: it was written before there was one, when all trainings were as they are by its default.</summary>
    public static Dictionary<string, JsonElement> Defaults => Of(new LogitNormTrainer.Options());

    /// <summary>The settings by their names.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="input">What is trained on.</param>
    /// <param name="label">The labels' column.</param>
    /// <param name="rows">Labelled rows to train on.</param>
    /// <param name="streamed">Whether they are streamed.</param>
    /// <param name="outliers">Which rows are in <see cref="LogitNormTrainer.Options.OutlierSet"/>; null where there is none.</param>
    /// <param name="validation">Which rows <see cref="LogitNormTrainer.Options.EarlyStopping"/> goes by; null where it is left out.</param>
    public static Dictionary<string, JsonElement> Of(
        LogitNormTrainer.Options options, NetworkInput input, LabelColumn label, long rows, bool streamed, string? outliers, string? validation)
    {
        var settings = Of(options);
        Add(settings, "Rows", input.Rows);
        Add(settings, "Values", input.ItemType.ToString());
        Add(settings, "Classes", label.ClassesText);
        Add(settings, "TrainingRows", rows);
        if (streamed)
            Add(settings, nameof(LogitNormTrainer.Options.ImageCache), nameof(ImageCache.Stream));
        if (outliers is not null)
            Add(settings, nameof(LogitNormTrainer.Options.OutlierSet), outliers);
        if (validation is not null)
            Add(settings, nameof(LogitNormTrainer.Options.ValidationSet), validation);
        if (options.InitialWeights is { } weights)
            Add(settings, nameof(LogitNormTrainer.Options.InitialWeights), weights.Id);
        return settings;
    }

    // By reflection, so that an option that the trainer gets one day is not forgotten here.
    private static Dictionary<string, JsonElement> Of(LogitNormTrainer.Options options) => typeof(LogitNormTrainer.Options).GetProperties()
        .Where(property => !_leftOut.Contains(property.Name))
        .ToDictionary(
            property => property.Name,
            property => JsonSerializer.SerializeToElement(property.GetValue(options), property.PropertyType, ModelJson.Options));

    /// <summary>Adds what else decides the outcome.</summary>
    public static void Add<T>(Dictionary<string, JsonElement> settings, string name, T value)
        => settings.Add(name, JsonSerializer.SerializeToElement(value, ModelJson.Options));

    /// <summary>What differs, such as "Epochs was 20 and is 10"; empty where nothing does.</summary>
    /// <param name="before">The settings of a file.</param>
    /// <param name="now">The settings of this run.</param>
    /// <param name="defaults">What the file's were where it does not have them; see <see cref="Defaults"/>.</param>
    public static List<string> Differences(
        IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement> now, IReadOnlyDictionary<string, JsonElement> defaults)
        => [.. before.Keys.Union(now.Keys)
            .Select(name => (Name: name, Was: Text(before, name) ?? Text(defaults, name), Is: Text(now, name)))
            .Where(setting => setting.Was != setting.Is)
            .Select(setting => $"{setting.Name} was {setting.Was ?? NotThere} and is {setting.Is ?? NotThere}")];

    private static string? Text(IReadOnlyDictionary<string, JsonElement> settings, string name)
        => settings.TryGetValue(name, out var value) ? JsonSerializer.Serialize(value, ModelJson.Options) : null;
}
