using System.IO.Compression;
using Shared.Images;

namespace PaperBenchmark.Datasets.Files;

/// <summary>A zip archive.</summary>
internal sealed record ZipTree(string Path) : FileTree(Path)
{
    public override IReadOnlyList<string> Names(DatasetRequest request) => Guard(() =>
    {
        using var archive = ZipFile.OpenRead(Path);
        return (IReadOnlyList<string>)[.. Files(archive).Select(file => file.Name).Distinct().Order(StringComparer.Ordinal)];
    });

    public override IEnumerable<(string Name, byte[] Content)> Read(IReadOnlySet<string> names, CancellationToken cancellation)
    {
        using var archive = Guard(() => ZipFile.OpenRead(Path));
        foreach (var (name, entry) in Guard(() => Files(archive).Where(file => names.Contains(file.Name)).DistinctBy(file => file.Name).ToList()))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (name, Guard(() => Content(name, entry)));
        }
    }

    private static IEnumerable<(string Name, ZipArchiveEntry Entry)> Files(ZipArchive archive)
        => from entry in archive.Entries
           let parts = EntryName.Parts(entry.FullName)
           where entry.Name.Length > 0 && IsVisible(parts)
           select (string.Join('/', parts), entry);

    private static byte[] Content(string name, ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return ReadAll(stream, name);
    }
}
