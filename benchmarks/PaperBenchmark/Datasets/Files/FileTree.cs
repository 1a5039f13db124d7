using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Datasets.Files;

/// <summary>The files of a folder, a zip or a tar archive, read where they lie: archives are never unpacked to disk.</summary>
/// <param name="Path">The folder or archive.</param>
internal abstract record FileTree(string Path)
{
    /// <summary>Endings of archives that can be opened.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".zip", ".tar.gz", ".tgz", ".tar"];

    /// <summary>No file of any of the sets is larger: CIFAR-100's training images take 154 MB.</summary>
    protected const long MostBytes = 256L << 20;

    /// <summary>Looks at what the path is; nothing is read yet.</summary>
    /// <exception cref="InputException">It is neither a folder nor an archive of a known ending.</exception>
    public static FileTree Open(string path) => path switch
    {
        _ when Directory.Exists(path) => new FolderTree(path),
        _ when path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) => new ZipTree(path),
        _ when Extensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) => new TarTree(path),
        _ => throw new InputException($"'{path}' is neither a folder nor an archive ({string.Join(", ", Extensions)})."),
    };

    /// <summary>
    /// The names of the files, with slashes, sorted; hidden ones are left out, and so is everything in an archive that is no file, such as a link.
    /// </summary>
    /// <param name="request">What they are for. It is told of what a folder holds and cannot be read.</param>
    /// <exception cref="InputException">The archive is damaged, or holds a name that leads out of it; or the folder cannot be read.</exception>
    public abstract IReadOnlyList<string> Names(DatasetRequest request);

    /// <summary>The contents of some of the files, one after the other, in whatever order is the fastest.</summary>
    /// <exception cref="InputException">The archive is damaged, or a file is larger than any that is expected.</exception>
    public abstract IEnumerable<(string Name, byte[] Content)> Read(IReadOnlySet<string> names, CancellationToken cancellation);

    /// <summary>Reads something of the archive; what goes wrong is told with the archive's name.</summary>
    protected T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Damaged(e);
        }
    }

    protected InputException Damaged(Exception e) => new($"'{Path}' cannot be read: {e.Message} Fetch or copy it again.", e);

    /// <summary>Reads a file of an archive. What it claims to measure is not believed.</summary>
    protected static byte[] ReadAll(Stream stream, string name)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is var read && read > 0)
        {
            if (content.Length + read > MostBytes)
                throw new InvalidDataException($"'{name}' in it is larger than {MostBytes >> 20} MB.");
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    protected static bool IsVisible(IEnumerable<string> parts) => !parts.Any(ImageFiles.IsHidden);
}
