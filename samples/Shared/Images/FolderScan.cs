namespace Shared.Images;

/// <summary>Looks through a folder: each real folder and file once, whatever links there are, and regular files only.</summary>
/// <remarks>Links are followed last: where a folder can be reached by its own path and by a link, its own path counts, and so a file has one class.</remarks>
internal sealed class FolderScan(LeftOut leftOut)
{
    private const int MostLinks = 40;   // as Linux has it

    private static readonly StringComparer PathComparer = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    private readonly HashSet<string> _read = new(PathComparer);   // real paths of folders, and of files behind links
    private readonly Queue<(Node Target, Node Parent)> _folderLinks = [];
    private readonly Queue<(string Path, string Real, Node Parent)> _fileLinks = [];

    public ScannedFolder Read(string path)
    {
        var root = new Node(path, RealPath(path) ?? throw new IOException($"'{path}' leads through more than {MostLinks} links."));
        Fill(root);
        while (_folderLinks.TryDequeue(out var link))
            FollowFolder(link.Target, link.Parent);
        while (_fileLinks.TryDequeue(out var link))
            FollowFile(link.Path, link.Real, link.Parent);
        return root.ToScannedFolder();
    }

    private void Fill(Node node)
    {
        var entries = new DirectoryInfo(node.Path).GetFileSystemInfos();
        _read.Add(node.Real);
        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(node.Path, entry.Name);
            if (ImageFiles.IsHidden(entry.Name))
                leftOut.Add(LeftOutReason.Hidden, path);
            else if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
                AddLink(path, node);
            else if (entry is FileInfo file)
                AddFile(path, file, node);
            else
                AddFolder(new(path, Path.Combine(node.Real, entry.Name)), node);
        }
    }

    private void AddFolder(Node folder, Node parent)
    {
        if (_read.Contains(folder.Real))
        {
            leftOut.Add(LeftOutReason.ReadAlready, folder.Path);
            return;
        }

        try
        {
            Fill(folder);
            parent.Folders.Add(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            leftOut.Add(LeftOutReason.Unreadable, folder.Path, e.Message);
        }
    }

    // Pipes, sockets and devices have no length, and to open a pipe would be to wait for its writer.
    private void AddFile(string path, FileInfo file, Node parent)
    {
        if (file is { Exists: true, Length: 0 })
            leftOut.Add(LeftOutReason.NoContent, path);
        else
            parent.Files.Add(path);
    }

    private void AddLink(string path, Node parent)
    {
        var real = RealPath(path);
        if (Directory.Exists(real))
            _folderLinks.Enqueue((new(path, real), parent));
        else if (File.Exists(real))
            _fileLinks.Enqueue((path, real, parent));
        else
            leftOut.Add(LeftOutReason.LeadsNowhere, path);
    }

    private void FollowFolder(Node target, Node parent)
    {
        if (!_read.Contains(target.Real) && IsIn(parent.Real, target.Real))
            leftOut.Add(LeftOutReason.LeadsUp, target.Path);
        else
            AddFolder(target, parent);
    }

    private void FollowFile(string path, string real, Node parent)
    {
        // A file of another type that the link calls an image is not among those that were read.
        var seen = _read.Contains(Path.GetDirectoryName(real)!) && !ImageFiles.IsHidden(real) && ImageFiles.IsImage(real) == ImageFiles.IsImage(path);
        if (seen || !_read.Add(real))
            leftOut.Add(LeftOutReason.ReadAlready, path);
        else
            AddFile(path, new(real), parent);
    }

    private static bool IsIn(string path, string folder)
    {
        var beginning = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return PathComparer.Equals(path, folder) || (path.Length > beginning.Length && PathComparer.Equals(path[..beginning.Length], beginning));
    }

    // The path without any link on the way; null for links in a circle. .NET resolves the last one only.
    private static string? RealPath(string path)
    {
        path = Path.GetFullPath(path);
        var (real, rest, links) = (Path.GetPathRoot(path)!, new Stack<string>(), 0);
        Push(path[real.Length..]);
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if ((Directory.Exists(next) ? new DirectoryInfo(next).LinkTarget : new FileInfo(next).LinkTarget) is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
                return null;
            real = Path.IsPathFullyQualified(target) ? Path.GetPathRoot(target)! : real;
            Push(target[Path.GetPathRoot(target)!.Length..]);
        }

        return real;

        void Push(string parts)
        {
            char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
            foreach (var part in parts.Split(separators, StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse())
                rest.Push(part);
        }
    }

    private sealed record Node(string Path, string Real)
    {
        public List<string> Files { get; } = [];

        public List<Node> Folders { get; } = [];

        public ScannedFolder ToScannedFolder()
            => new(
                Path,
                [.. Files.Order(StringComparer.Ordinal)],
                [.. Folders.OrderBy(folder => folder.Path, StringComparer.Ordinal).Select(folder => folder.ToScannedFolder())]);
    }
}
