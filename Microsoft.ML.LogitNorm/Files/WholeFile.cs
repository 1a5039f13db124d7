namespace Microsoft.ML.LogitNorm;

/// <summary>Replaces files so that whatever stops the process, one whole file is there: the old one or the new one.</summary>
internal static class WholeFile
{
    /// <summary>
    /// Writes beside the file, to the disk, and then puts it in the file's place. What cannot be written leaves the old file, and nothing beside it.
    /// </summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <param name="write">Gets a stream that can seek.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var beside = Beside(path);
        var stream = new FileStream(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);   // or after a power cut the name might stand for an empty file
            }
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Finds out, without touching the file, whether it could be written. Makes its folder where there is none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static void CheckWritable(string path)
    {
        if (Directory.Exists(path))
            throw new IOException("It is a folder.");
        if (File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))   // on Linux a move would replace it all the same
            throw new UnauthorizedAccessException("It is read-only.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        File.Create(Beside(path)).Dispose();
        File.Delete(Beside(path));
    }

    private static string Beside(string path) => path + ".tmp";
}
