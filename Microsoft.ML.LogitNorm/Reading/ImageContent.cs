using SkiaSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>An encoded image: a file, or bytes.</summary>
/// <param name="name">What it is called: the beginning of a sentence.</param>
internal abstract class ImageContent(string name)
{
    /// <summary>The file's path; null for bytes.</summary>
    public virtual string? Path => null;

    /// <summary>How much memory it takes.</summary>
    public virtual long BytesKept => 0;

    /// <summary>A file.</summary>
    /// <param name="path">Its path; empty where the row has none.</param>
    /// <param name="folder">What a path that is not absolute starts from; may be empty.</param>
    /// <param name="column">The column that has the path, for messages.</param>
    /// <exception cref="UnreadableImageException">There is no path, or it is none.</exception>
    public static ImageContent OfFile(string path, string folder, string column)
    {
        if (path.Length == 0)
            throw new UnreadableImageException($"Column '{column}' has no path. Put the image's path there, or remove the row.");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new UnreadableImageException($"Column '{column}' has '{path.Replace('\0', '␀')}', which is no path: it holds a null character.");
        return new FileContent(System.IO.Path.Combine(folder, path));
    }

    /// <summary>Bytes, which must stay as they are.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="column">The column that has them, for messages.</param>
    public static ImageContent OfBytes(byte[] bytes, string column) => new ByteContent(bytes, column);

    /// <summary>The bytes.</summary>
    /// <exception cref="UnreadableImageException">The file cannot be opened.</exception>
    public abstract Stream Open();

    /// <summary>The bytes for Skia, which frees the stream with the codec that it makes of it.</summary>
    /// <exception cref="UnreadableImageException">The file cannot be opened.</exception>
    public abstract SKStream OpenForSkia();

    /// <summary>An error that names the image.</summary>
    /// <param name="problem">What is wrong: the rest of the sentence.</param>
    /// <param name="remedy">What to do.</param>
    public UnreadableImageException Unreadable(string problem, string remedy) => new($"{name} {problem}. {remedy}");

    private sealed class FileContent(string path) : ImageContent($"The file '{path}'")
    {
        public override string Path => path;

        public override Stream Open()
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw Unreadable("is not there", "Is the path right, and ImageFolder, which paths that are not absolute start from?");
            }
            catch (UnauthorizedAccessException)
            {
                throw Directory.Exists(path)
                    ? Unreadable("is a folder", "Give the paths of the images in it.")
                    : Unreadable("may not be opened", "Give the process the permission to read it.");
            }
            catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
            {
                throw Unreadable($"cannot be opened: {e.Message.TrimEnd('.')}", "See that the path is right and that the file can be read.");
            }
        }

        public override SKStream OpenForSkia()
        {
            var stream = new SKFileStream(path);
            if (stream.IsValid)
                return stream;
            stream.Dispose();
            throw Unreadable("cannot be opened", "See that the path is right and that the file can be read.");
        }
    }

    private sealed class ByteContent(byte[] bytes, string column) : ImageContent($"The image in column '{column}'")
    {
        public override long BytesKept => bytes.Length;

        public override Stream Open() => new MemoryStream(bytes, writable: false);

        public override SKStream OpenForSkia() => new SKMemoryStream(bytes);
    }
}
