using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shared.CommandLine;

namespace LogitNormTool.Scoring;

/// <summary>What the scores of an output folder are of. All shards have the same, whichever machine they run on.</summary>
/// <param name="Version">The version of logitnorm that writes them.</param>
/// <param name="Model">The model file as the first shard was given it, for people.</param>
/// <param name="ModelSha256">The hash of that file.</param>
/// <param name="List">The folder or list of images as the first shard was given it, for people.</param>
/// <param name="ListSha256">The hash of the names (<see cref="ImageList.Sha256"/>).</param>
/// <param name="Images">How many there are.</param>
/// <param name="RowsPerFile">How many go into one file.</param>
internal sealed record Manifest(string Version, string Model, string ModelSha256, string List, string ListSha256, long Images, int RowsPerFile)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "manifest.json";

    private const int ShortHash = 12, MostLooks = 20;

    private static readonly TimeSpan _betweenLooks = TimeSpan.FromMilliseconds(100);

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true };

    /// <summary>How the images are divided.</summary>
    [JsonIgnore]
    public ScoreFiles Files => new(Images, RowsPerFile);

    public static Manifest Of(string model, string modelSha256, string images, ImageList list)
    {
        var version = typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return new(version.Split('+')[0], model, modelSha256, images, list.Sha256, list.Files.Images, list.Files.RowsPerFile);
    }

    /// <summary>The manifest of an output folder; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public static Manifest? Find(string folder)
    {
        var path = Path.Combine(folder, FileName);
        // A network file system may remember for a while that a file was not there; the folder's list does not.
        if (!File.Exists(path) && !Directory.EnumerateFiles(folder, FileName).Any())
            return null;
        for (var look = 1; ; look++)
            try
            {
                return Read(path);
            }
            catch (Exception e) when (e is JsonException or FileNotFoundException && look < MostLooks)
            {
                Thread.Sleep(_betweenLooks);   // another shard is just writing it
            }
            catch (JsonException e)
            {
                throw new InputException($"{path} is damaged: {e.Message} Choose another folder, or delete that one.", e);
            }
    }

    /// <summary>Makes an output folder this one's, or makes sure that it is. Of shards that begin at once, one writes the file.</summary>
    /// <exception cref="InputException">The folder holds scores of something else; says what differs.</exception>
    public void Claim(string folder)
    {
        Directory.CreateDirectory(folder);
        if (Find(folder) is null)
        {
            // Looked for once more: another shard may have begun and written a file since.
            if (Directory.EnumerateFiles(folder, ScoreFiles.Pattern).FirstOrDefault() is { } orphan && Find(folder) is null)
                throw new InputException($"--output {folder}: it holds {Path.GetFileName(orphan)}, but no {FileName} that says of which model. "
                    + "Choose another folder, or delete that one.");
            Write(folder);
        }
        var other = Find(folder) ?? throw new InputException($"--output {folder}: {FileName} there has just been deleted. Start again.");
        if (Difference(other) is { } difference)
            throw new InputException($"--output {folder}: it holds {difference}. Choose another folder, or delete that one.");
    }

    private static Manifest Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var manifest = JsonSerializer.Deserialize<Manifest>(stream, _json);
        return manifest is { Images: > 0, RowsPerFile: > 0 } ? manifest : throw new JsonException("it has no images.");
    }

    // Made under its own name, as only that is one shard's alone on every file system; moving a file to it is not, where there are no hard links.
    private void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(this, _json));
            stream.Flush(flushToDisk: true);
        }
        catch (IOException) when (Find(folder) is not null)
        {
            // Another shard was first; what it wrote is looked at like any.
        }
    }

    private string? Difference(Manifest there) => this switch
    {
        _ when there.ModelSha256 != ModelSha256
            => $"scores of another model, {there.Model} with SHA-256 {Short(there.ModelSha256)}…; MODEL {Model} has {Short(ModelSha256)}…",
        _ when there.ListSha256 != ListSha256
            => $"scores of another list, {there.List} with {there.Images:N0} images and SHA-256 {Short(there.ListSha256)}…; "
                + $"--images {List} has {Images:N0} and {Short(ListSha256)}…",
        _ when there.RowsPerFile != RowsPerFile => $"files of {there.RowsPerFile:N0} rows; --rows-per-file is {RowsPerFile:N0}",
        _ when there.Version != Version => $"scores by logitnorm {there.Version}, and this is {Version}",
        _ => null,
    };

    private static string Short(string hash) => hash[..Math.Min(ShortHash, hash.Length)];
}
