using System.Formats.Tar;
using System.IO.Compression;
using Shared.Images;

namespace PaperBenchmark.Datasets.Files;

/// <summary>A tar archive, packed with gzip or not. It can only be read from its start to its end.</summary>
internal sealed record TarTree(string Path) : FileTree(Path)
{
    public override IReadOnlyList<string> Names(DatasetRequest request)
        => [.. Files(request.Cancellation).Select(file => file.Name).Distinct().Order(StringComparer.Ordinal)];

    public override IEnumerable<(string Name, byte[] Content)> Read(IReadOnlySet<string> names, CancellationToken cancellation)
    {
        var missing = names.ToHashSet();
        foreach (var (name, entry) in Files(cancellation))
        {
            if (!missing.Remove(name))
                continue;
            yield return (name, Guard(() => ReadAll(entry.DataStream ?? Stream.Null, name)));
            if (missing.Count == 0)
                yield break;
        }
    }

    private IEnumerable<(string Name, TarEntry Entry)> Files(CancellationToken cancellation)
    {
        using var stream = Unzipped();
        using var reader = new TarReader(stream);
        while (Guard(() => reader.GetNextEntry()) is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
                continue;
            var parts = Guard(() => EntryName.Parts(entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name));
            if (IsVisible(parts))
                yield return (string.Join('/', parts), entry);
        }
    }

    // By content, not by name: servers and browsers unpack gzip on the way, and leave the name as it was.
    private Stream Unzipped()
    {
        var file = File.OpenRead(Path);
        var zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        return zipped ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), 1 << 20) : file;
    }
}
