using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.LogitNorm;

/// <summary>Loads a native library from memory.</summary>
/// <remarks>
/// The loader wants a file. It gets one that lies in memory and has no name (<c>memfd_create</c>), which no mount option can keep from being executed. Where
/// the system has none, the file stands in a folder under a name of its own, which only this user can open, and is deleted as soon as it is mapped. Nothing is
/// kept, so nothing can be planted or go stale, and processes that start at once do not meet.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static partial class TransientLibrary
{
    /// <summary>What <see cref="Load"/> returns where no folder was needed.</summary>
    public const string Memory = "memory";

    // Names and numbers of linux/memfd.h. Systems before Linux 6.3 know nothing of MFD_EXEC and refuse it; later ones may ask for it.
    private const uint CloseOnExec = 1, Executable = 0x10;

    /// <summary>Where to try, in this order: a folder may be missing, read-only, or on a file system mounted without the right to execute.</summary>
    public static IEnumerable<string> Places =>
    [
        Memory,
        Path.GetTempPath(),
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
        AppContext.BaseDirectory,
    ];

    /// <summary>Loads the image by way of the first place that allows it.</summary>
    /// <param name="image">The library's bytes.</param>
    /// <param name="fileName">What to call it.</param>
    /// <param name="places"><see cref="Memory"/> and folders; an empty name is passed over.</param>
    /// <returns>That place.</returns>
    /// <exception cref="DllNotFoundException">No place allows it; names each with its reason, all in the one message: it has no inner exception.</exception>
    public static string Load(ReadOnlySpan<byte> image, string fileName, IEnumerable<string> places)
    {
        List<string> refusals = [];
        foreach (var place in places.Where(place => place.Length > 0))
        {
            try
            {
                if (place == Memory)
                    LoadFromMemory(fileName, image);
                else
                    LoadFrom(place, fileName, image);
                return place;
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                refusals.Add($"{place}: {refusal.Message}");
            }
        }
        throw new DllNotFoundException(
            $"No place takes a private copy of {fileName}: set TMPDIR to a folder that is writable and not mounted noexec. {string.Join(' ', refusals)}");
    }

    private static void LoadFromMemory(string fileName, ReadOnlySpan<byte> image)
    {
        var file = OpenMemory(fileName);
        try
        {
            RandomAccess.Write(file, image, fileOffset: 0);
            NativeLibrary.Load($"/proc/self/fd/{file.DangerousGetHandle()}");
            // Open for good: the loader knows a library by its path too, so the number must never be another file's.
            file.SetHandleAsInvalid();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenMemory(string fileName)
    {
        try
        {
            var descriptor = memfd_create(fileName, CloseOnExec | Executable);
            if (descriptor < 0)
                descriptor = memfd_create(fileName, CloseOnExec);
            return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
        catch (EntryPointNotFoundException)
        {
            throw new IOException("The system's C library has no memfd_create.");
        }
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

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
