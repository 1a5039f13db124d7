using System.Text;
using Shared.CommandLine;
using Shared.Images;

namespace LogitNormTool.Scoring;

/// <summary>The images to score, in an order that every shard finds: those of a folder by name, or those of a text file as they stand there.</summary>
/// <remarks>Of a text file only what one file of rows needs is in memory, and where each begins.</remarks>
internal sealed class ImageList
{
    private const string Option = "--images", Expected = "a folder of images, or a text file with the name of one in each line";

    private readonly string _root;
    private readonly Func<int, IReadOnlyList<string>> _names;

    private ImageList(string root, ScoreFiles files, string sha256, Func<int, IReadOnlyList<string>> names)
        => (_root, Files, Sha256, _names) = (root, files, sha256, names);

    /// <summary>How the images are divided into files of rows.</summary>
    public ScoreFiles Files { get; }

    /// <summary>The SHA-256 of all names, each with a line feed behind it: so it is that of a text file with just these lines.</summary>
    public string Sha256 { get; }

    /// <summary>The images of a file of rows: the name that each has in the list, and where it lies.</summary>
    public IReadOnlyList<(string Name, string Path)> Of(int file) => [.. _names(file).Select(name => (name, Path.Combine(_root, name)))];

    /// <summary>Finds the images.</summary>
    /// <param name="images">A folder, or a text file with the name of an image in each line.</param>
    /// <param name="root">The folder that the names of a text file begin at; null for the file's own.</param>
    /// <param name="rowsPerFile">How many images go into one file of rows.</param>
    /// <param name="leftOut">Told of what a folder holds beside images.</param>
    /// <param name="cancellation">Stops between two names.</param>
    /// <exception cref="InputException">There are no images, or it is neither.</exception>
    public static ImageList Open(string images, string? root, int rowsPerFile, Action<LeftOut> leftOut, CancellationToken cancellation)
    {
        if (Directory.Exists(images))
            return root is null
                ? OfFolder(images, rowsPerFile, leftOut)
                : throw new InputException($"--root {root}: this is for a list; the images of the folder {images} are named from that folder.");
        if (!File.Exists(images))
            throw new InputException($"{Option} {images}: there is no such file or folder. Expected {Expected}.");
        if (ImageFiles.IsImage(images) || Path.GetExtension(images).Equals(".zip", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{Option} {images}: expected {Expected}. "
                + "Unpack a zip first, so that not every shard does it; a few images are for logitnorm predict.");
        return OfText(images, root ?? Path.GetDirectoryName(Path.GetFullPath(images))!, rowsPerFile, cancellation);
    }

    private static ImageList OfFolder(string folder, int rowsPerFile, Action<LeftOut> leftOut)
    {
        var source = new ImageSource("");   // nothing is unpacked
        string[] names = [.. source.Read(Option, folder, "a folder of images").AllImages
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];
        leftOut(source.LeftOut);
        if (names.Length == 0)
            throw new InputException($"{Option} {folder}: there are no images ({string.Join(", ", ImageFiles.Extensions)}) in that folder.");
        using var hash = new NameHash();
        foreach (var name in names)
            hash.Add(Encoding.UTF8.GetBytes(name));
        var files = new ScoreFiles(names.Length, rowsPerFile);
        return new(folder, files, hash.Finish(), file => names.AsSpan((int)files.First(file), files.Rows(file)).ToArray());
    }

    private static ImageList OfText(string path, string root, int rowsPerFile, CancellationToken cancellation)
    {
        try
        {
            using var hash = new NameHash();
            using var stream = File.OpenRead(path);
            var begins = new List<long> { 0 };   // of the lines with which a file of rows begins
            var images = 0L;
            foreach (var (name, next) in NameLines.Read(stream))
            {
                hash.Add(name.Span);
                if (++images % rowsPerFile == 0)
                {
                    begins.Add(next);
                    cancellation.ThrowIfCancellationRequested();
                }
            }
            var files = new ScoreFiles(images, rowsPerFile);
            return images > 0
                ? new(root, files, hash.Finish(), file => Names(path, begins[file], files.Rows(file)))
                : throw new InputException($"{Option} {path}: this file is empty. Expected {Expected}.");
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{Option} {path}: this is no list of images: {e.Message}. Expected {Expected}.", e);
        }
    }

    private static IReadOnlyList<string> Names(string path, long begin, int count)
    {
        using var stream = File.OpenRead(path);
        stream.Position = begin;
        string[] names = [.. NameLines.Read(stream).Take(count).Select(line => Encoding.UTF8.GetString(line.Name.Span))];
        return names.Length == count ? names : throw new InputException($"{Option} {path}: the list has changed while it was read. Start again.");
    }
}
