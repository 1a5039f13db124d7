using Shared.CommandLine;
using Shared.Files;

namespace Shared.Images;

/// <summary>Opens the paths that a user gave for options, folders and zip files, and keeps account of what is left out of them.</summary>
/// <param name="Cache">Where zip files are unpacked.</param>
public sealed record ImageSource(string Cache)
{
    /// <summary>What was left out of all that was opened.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>Looks through what lies at a path; no image is opened.</summary>
    /// <param name="option">The option that the path belongs to, as the user wrote it; errors name it.</param>
    /// <param name="path">A folder, or a zip file.</param>
    /// <param name="expected">What the option wants to find there, for the error.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <exception cref="InputException">There is nothing at the path, or a file that is no zip archive, or a folder that cannot be read.</exception>
    public ScannedFolder Read(string option, string path, string expected, CancellationToken cancellation = default)
    {
        if (Directory.Exists(path))
            return Scan(option, path);
        if (!File.Exists(path))
            throw new InputException($"{option} {path}: there is no such file or folder. Expected {expected}.");
        if (!Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{option} {path}: this is a file, but not a .zip. Expected {expected}.");
        if (new FileInfo(path).Length == 0)   // a pipe would never end
            throw new InputException($"{option} {path}: this file is empty, or no file but a pipe or a device. Expected {expected}.");
        var unpacked = ImageArchive.Unpack(path, Cache, cancellation: cancellation);
        foreach (var (reason, name) in ImageArchive.Skipped(unpacked))
            LeftOut.Add(reason, $"{path}/{name}");
        return Scan(option, unpacked);
    }

    private ScannedFolder Scan(string option, string path)
    {
        try
        {
            var folder = ScannedFolder.Read(path, LeftOut);
            foreach (var file in folder.AllFiles.Where(file => !ImageFiles.IsImage(file) && !StagedFolder.IsOwn(file)))
                LeftOut.Add(LeftOutReason.OtherType, file);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option} {path}: this folder cannot be read: {e.Message}", e);
        }
    }
}
