namespace PaperBenchmark.Datasets.Files;

/// <summary>A folder.</summary>
internal sealed record FolderTree(string Path) : FileTree(Path)
{
    public override IReadOnlyList<string> Names(CancellationToken cancellation)
        => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
            .Where(name => IsVisible(name.Split('/')))
            .Order(StringComparer.Ordinal)];

    public override IEnumerable<(string Name, byte[] Content)> Read(IReadOnlySet<string> names, CancellationToken cancellation)
    {
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (name, File.ReadAllBytes(System.IO.Path.Combine([Path, .. name.Split('/')])));
        }
    }
}
