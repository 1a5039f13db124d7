using System.Text;

namespace Shared.Files;

/// <summary>Writes files that are never seen half-written: another name first, then moved over the old file.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file; its folder is made if need be, and an older file stays untouched until the new one is whole.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var staging = $"{path}.{Guid.NewGuid():N}.part";
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

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
