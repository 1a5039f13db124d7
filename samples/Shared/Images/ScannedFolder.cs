namespace Shared.Images;

/// <summary>A folder as it lies on the disk, with everything below it.</summary>
/// <param name="Path">The folder; what lies in it has paths that begin with it.</param>
/// <param name="Files">The regular files in the folder itself, images and others, in order.</param>
/// <param name="Folders">The folders in it, in order.</param>
public sealed record ScannedFolder(string Path, IReadOnlyList<string> Files, IReadOnlyList<ScannedFolder> Folders)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The images in the folder itself.</summary>
    public IReadOnlyList<string> Images => [.. Files.Where(ImageFiles.IsImage)];

    /// <summary>The images in the folder and below it.</summary>
    public IReadOnlyList<string> AllImages => [.. AllFiles.Where(ImageFiles.IsImage)];

    /// <summary>The files in the folder and below it.</summary>
    public IEnumerable<string> AllFiles => Files.Concat(Folders.SelectMany(folder => folder.AllFiles));

    /// <summary>Looks through a folder; no file is opened.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="leftOut">Told of all that is there and does not appear in the result.</param>
    /// <exception cref="IOException">The folder itself cannot be read; of those below it, <paramref name="leftOut"/> is told.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static ScannedFolder Read(string path, LeftOut leftOut) => new FolderScan(leftOut).Read(path);
}
