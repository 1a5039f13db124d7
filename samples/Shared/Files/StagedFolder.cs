using Shared.CommandLine;
using Shared.Images;

namespace Shared.Files;

/// <summary>A folder that is either whole or not there: filled under another name, then moved into place.</summary>
public static class StagedFolder
{
    /// <summary>The file that says what the folder holds; it is written last. Its name stays: folders of earlier runs hold it.</summary>
    public const string ManifestName = "quickstart.manifest";

    /// <summary>True for files of this program beside the images of such a folder.</summary>
    public static bool IsOwn(string file) => Path.GetFileName(file) is ManifestName or ImageArchive.SkippedName;

    /// <summary>Makes sure that <paramref name="folder"/> holds what <paramref name="manifest"/> describes.</summary>
    /// <param name="folder">The folder; one that holds exactly this already is kept, one that holds another manifest is replaced.</param>
    /// <param name="manifest">Everything that the content depends on, as text.</param>
    /// <param name="fill">Writes the content into the folder whose path it gets.</param>
    /// <returns>True if the content was written, false if it was there already.</returns>
    /// <exception cref="InputException">The folder holds files that were not written by this method; they are left alone.</exception>
    public static bool Write(string folder, string manifest, Action<string> fill)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Holds(folder, manifest))
            return false;
        if (Directory.Exists(folder) && !File.Exists(Path.Combine(folder, ManifestName)) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new InputException($"'{folder}' holds files that this program did not write, so it will not replace them. "
                + "Choose another --output, or empty that folder.");

        var staging = $"{folder}.{Guid.NewGuid():N}.part";
        try
        {
            Directory.CreateDirectory(staging);
            fill(staging);
            File.WriteAllText(Path.Combine(staging, ManifestName), manifest);
            return MoveInto(folder, staging, manifest);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    private static bool Holds(string folder, string manifest)
        => Path.Combine(folder, ManifestName) is var file && File.Exists(file) && File.ReadAllText(file) == manifest;

    private static bool MoveInto(string folder, string staging, string manifest)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        try
        {
            Directory.Move(staging, folder);
            return true;
        }
        catch (IOException) when (Holds(folder, manifest))
        {
            return false;   // another process finished the same folder first
        }
    }
}
