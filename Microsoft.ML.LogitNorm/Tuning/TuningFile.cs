using System.Text.Json;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// The finished trials of a tuning and the seed that they share. With a path they are also on disk, whole at every moment, where a later run finds them.
/// </summary>
internal sealed class TuningFile
{
    private static readonly JsonSerializerOptions _json = new(ModelJson.Options) { WriteIndented = true };

    private const int Version = 1;
    private const string OtherFile = "OtherResultsFiles:";

    private readonly string? _path;
    private readonly Content _content;
    private readonly IReadOnlyList<TuningTrial> _others;

    private TuningFile(string? path, Content content, IReadOnlyList<TuningTrial> others)
    {
        (_path, _content, _others) = (path, content, others);
        Save();   // a path that cannot be written to shows before a training, not after it
    }

    /// <summary>The seed of every trial.</summary>
    public int Seed => _content.Seed;

    /// <summary>Begins a tuning, or goes on with the one in the file.</summary>
    /// <param name="path">The file, which need not be there; null for none.</param>
    /// <param name="otherPaths">Files that other tunings have written, which must be there; their trials are taken too.</param>
    /// <param name="settings">What the trials are made with; see <see cref="TuningSettings"/>.</param>
    /// <param name="seed">The seed asked for; null takes the files', or a random one.</param>
    /// <exception cref="FileNotFoundException">A file of another tuning is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or of a newer version of this library.</exception>
    /// <exception cref="InvalidOperationException">A file's trials were made with other settings.</exception>
    public static TuningFile Open(string? path, IReadOnlyList<string> otherPaths, Dictionary<string, JsonElement> settings, int? seed)
    {
        var own = path is not null && File.Exists(path) ? Read(path, "ResultsFile") : null;
        Content[] others = [.. otherPaths.Select(other => Read(other, OtherFile))];
        var content = own ?? new(seed ?? others.FirstOrDefault()?.Seed ?? Random.Shared.Next(), settings, []);
        if (own is not null)
            RequireEqual(own, settings, seed ?? own.Seed, $"ResultsFile '{path}'");
        foreach (var (other, name) in others.Zip(otherPaths))
            RequireEqual(other, settings, content.Seed, $"{OtherFile} '{name}'");
        return new(path, content, [.. others.SelectMany(other => other.Trials)]);
    }

    /// <summary>The finished trial of a temperature; null where there is none.</summary>
    public TuningTrial? Find(double tau) => _content.Trials.Concat(_others).FirstOrDefault(trial => trial.Tau == tau);

    /// <summary>Keeps a finished trial.</summary>
    public void Add(TuningTrial trial)
    {
        _content.Trials.Add(trial);
        Save();
    }

    private static void RequireEqual(Content content, Dictionary<string, JsonElement> settings, int seed, string file)
    {
        var differences = TrainingSettings.Differences(content.Settings, settings, TuningSettings.Defaults);
        if (seed != content.Seed)
            differences.Add($"Seed was {content.Seed} and is {seed}");
        if (differences.Count > 0)
            throw new InvalidOperationException(
                $"The trials in {file} were made with other settings and do not compare: {string.Join("; ", differences)}. "
                + "Set them back, name another file, or delete this one to start anew.");
    }

    private static Content Read(string path, string option)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{option} '{path}' is not there. Run the tuning that writes it, or leave it out.", path);
        var json = File.ReadAllBytes(path);
        // First: what else a newer version writes is unknown here, and no damage.
        if (VersionOf(json) is > Version and var version)
        {
            throw new InvalidDataException(
                $"{option} '{path}' has version {version} of the format, of a newer Microsoft.ML.LogitNorm; this one reads up to {Version}. "
                + "Use that version, or name another file.");
        }
        try
        {
            var content = JsonSerializer.Deserialize<Content>(json, _json) ?? throw new InvalidDataException("it is empty.");
            foreach (var trial in content.Trials)
                (trial ?? throw new InvalidDataException("a trial is null.")).Check();
            if (content.Trials.DistinctBy(trial => trial.Tau).Count() < content.Trials.Count)
                throw new InvalidDataException("a temperature stands there twice.");
            return content;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"{option} '{path}' is damaged: {e.Message} Delete it to start anew, or name another file.", e);
        }
    }

    private static int VersionOf(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } content && content.TryGetProperty(nameof(Content.Version), out var version)
                && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) ? number : Version;
        }
        catch (JsonException)
        {
            return Version;   // damaged, as reading all of it will say
        }
    }

    private void Save()
    {
        if (_path is not null)
            WholeFile.Write(_path, stream => JsonSerializer.Serialize(stream, _content, _json));
    }

    private sealed record Content(int Seed, Dictionary<string, JsonElement> Settings, List<TuningTrial> Trials, int Version = Version);
}
