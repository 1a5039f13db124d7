using System.Text;

namespace Shared.Files;

/// <summary>Writes files that are never seen half-written: another name first, then moved over the old file.</summary>
public static class AtomicFile
{
    private const string Staging = ".part";

    // Far more than a pause between two writes of a process that lives.
    private static readonly TimeSpan _leftOver = TimeSpan.FromHours(1);

    /// <summary>Writes a file; its folder is made if need be, and an older file stays untouched until the new one is whole.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var staging = $"{path}.{Guid.NewGuid():N}{Staging}";
        try
        {
            using (var stream = File.Create(staging))
            {
                write(stream);
                stream.Flush(flushToDisk: true);   // or after a power cut the name might stand for an empty file
            }
            File.Move(staging, path, overwrite: true);
        }
        finally
        {
            File.Delete(staging);
        }
    }

    /// <summary>Deletes what killed processes have left of files that they were writing: nothing has been added to it for an hour.</summary>
    /// <param name="folder">Where the files are; it need not be there.</param>
    /// <param name="name">The files' name, or a pattern of names.</param>
    public static void DeleteLeftOver(string folder, string name)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var path in Directory.EnumerateFiles(folder, $"{name}.*{Staging}"))
            if (Guid.TryParseExact(Path.GetExtension(Path.GetFileNameWithoutExtension(path)).TrimStart('.'), "N", out _)
                && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > _leftOver)
                File.Delete(path);
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
