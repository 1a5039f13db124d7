using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Runs;

/// <summary>Whether results can be written where they are to go: asked before hours are spent on them.</summary>
internal static class OutputStorage
{
    // A model of the paper with its checkpoint, and its scores of six sets with 22 scores each.
    private const long BytesPerRun = 120L << 20;

    /// <exception cref="InputException">The folder cannot be written to, or there is too little room.</exception>
    public static void Check(string folder, int runs)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Path.Combine(folder, ".probe"), "can be written");
            File.Delete(Path.Combine(folder, ".probe"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--output {folder}: nothing can be written there: {e.Message} Choose another folder, or make it writable.", e);
        }
        var needed = runs * BytesPerRun;
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < needed)
            throw new InputException($"--output {folder}: {runs} runs may need {needed >> 20:N0} MB, but only {free >> 20:N0} MB are free on that disk. "
                + "Make room, or choose another folder.");
    }
}
