using System.Text.Json;
using Shared.Files;

namespace PaperBenchmark.Datasets.Download;

/// <summary>What has been fetched of a file: <c>NAME.part</c>, and <c>NAME.part.json</c>, which says of which version of the file it is.</summary>
/// <param name="Target">The file's final path.</param>
internal sealed record PartialFile(string Target)
{
    public string Path { get; } = Target + ".part";

    private string NotePath => Path + ".json";

    /// <summary>Bytes that are on disk.</summary>
    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>By what the server will know the version that was begun; null if nothing can be continued.</summary>
    public FileVersion? Version
    {
        get
        {
            if (Length == 0 || !File.Exists(NotePath))
                return null;
            try
            {
                return JsonSerializer.Deserialize<FileVersion>(File.ReadAllText(NotePath));
            }
            catch (JsonException)
            {
                return null;   // without its note a part is of an unknown version: fetched anew
            }
        }
    }

    /// <summary>Opens the part to be continued, or anew.</summary>
    public FileStream Open(bool append, FileVersion version)
    {
        if (!append)
            Delete();
        AtomicFile.Write(NotePath, JsonSerializer.Serialize(version));
        return new(Path, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Gives the finished file its name.</summary>
    public void Finish()
    {
        File.Move(Path, Target);
        File.Delete(NotePath);
    }

    public void Delete()
    {
        File.Delete(Path);
        File.Delete(NotePath);
    }
}
