using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Datasets.Files;

/// <summary>A folder.</summary>
internal sealed record FolderTree(string Path) : FileTree(Path)
{
    public override IReadOnlyList<string> Names(DatasetRequest request)
    {
        var leftOut = new LeftOut();
        string[] names = [.. Files(leftOut).Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        foreach (var item in leftOut.Items.Where(item => item.Reason != LeftOutReason.Hidden))
            request.Unreadable(new(item.Path, item.Why));
        return names;
    }

    private IEnumerable<string> Files(LeftOut leftOut)
    {
        try
        {
            return ScannedFolder.Read(Path, leftOut).AllFiles;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{Path}' cannot be read: {e.Message}", e);
        }
    }

    public override IEnumerable<(string Name, byte[] Content)> Read(IReadOnlySet<string> names, CancellationToken cancellation)
    {
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (name, File.ReadAllBytes(System.IO.Path.Combine([Path, .. name.Split('/')])));
        }
    }
}
