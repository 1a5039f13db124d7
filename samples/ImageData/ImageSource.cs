namespace ImageData;

/// <summary>Turns the path that a user gave for an option, a folder or a zip file, into a folder with images.</summary>
/// <param name="Cache">Where zip files are unpacked.</param>
public sealed record ImageSource(string Cache)
{
    /// <param name="option">The option that the path belongs to, as the user wrote it; errors name it.</param>
    /// <param name="path">A folder, or a zip file.</param>
    /// <param name="expected">What the option wants to find there, for the error.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <exception cref="InputException">There is nothing at the path, or a file that is no zip archive.</exception>
    public string Open(string option, string path, string expected, CancellationToken cancellation = default)
    {
        if (Directory.Exists(path))
            return path;
        if (!File.Exists(path))
            throw new InputException($"{option} {path}: there is no such file or folder. Expected {expected}.");
        if (!Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{option} {path}: this is a file, but not a .zip. Expected {expected}.");
        return ImageArchive.Unpack(path, Cache, cancellation: cancellation);
    }
}
