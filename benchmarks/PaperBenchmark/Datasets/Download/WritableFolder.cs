using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Download;

/// <summary>Finds out before the work whether its results can be written.</summary>
internal static class WritableFolder
{
    /// <summary>Makes a folder if need be, and tries it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="bytes">What will be written there.</param>
    /// <exception cref="InputException">It cannot be made or written to, or its disk has not the room.</exception>
    public static void Require(string folder, long bytes = 0)
    {
        folder = Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{folder}' cannot be written to: {e.Message} Choose another folder.", e);
        }

        if (new DriveInfo(folder).AvailableFreeSpace is var free && free < bytes)
            throw new InputException($"The disk of '{folder}' has {free / 1e6:N0} MB left; {bytes / 1e6:N0} MB are needed. "
                + "Make room, or choose another folder.");
    }
}
