using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.LogitNorm;

/// <summary>Loads a native library from memory.</summary>
/// <remarks>
/// The loader wants a file. It gets one under a name of its own, which only this user can open, and which is deleted as soon as it
/// is mapped. Nothing is kept, so nothing can be planted or go stale, and processes that start at once do not meet.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class TransientLibrary
{
    /// <summary>Where to try, in this order: a folder may be missing, read-only, or on a file system mounted without the right to execute.</summary>
    public static IEnumerable<string> Folders =>
    [
        Path.GetTempPath(),
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
        AppContext.BaseDirectory,
    ];

    /// <summary>Loads the image by way of the first folder that allows it.</summary>
    /// <returns>That folder.</returns>
    /// <exception cref="DllNotFoundException">No folder allows it; names each with its reason.</exception>
    public static string Load(ReadOnlySpan<byte> image, string fileName, IEnumerable<string> folders)
    {
        List<Exception> refusals = [];
        foreach (var folder in folders.Where(folder => folder.Length > 0))
        {
            try
            {
                LoadFrom(folder, fileName, image);
                return folder;
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                refusals.Add(refusal);
            }
        }
        throw new DllNotFoundException(
            $"No folder takes a private copy of {fileName}: set TMPDIR to one that is writable and not mounted noexec. "
                + string.Join(" ", refusals.Select(refusal => refusal.Message)),
            new AggregateException(refusals));
    }

    private static void LoadFrom(string folder, string fileName, ReadOnlySpan<byte> image)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}-{fileName}");
        try
        {
            // CreateNew neither follows a link nor opens a file that is there; the mode keeps other users from writing until it is mapped.
            using (var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
                file.Write(image);
            NativeLibrary.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
