using Shared.Files;

namespace Shared.Images;

/// <summary>A file that is named like an image but cannot be decoded.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record UnreadableImage(string Path, string Reason)
{
    /// <summary>Writes a line for each; removes the file of an earlier run if there are none.</summary>
    public static void Write(string path, IReadOnlyList<UnreadableImage> images)
    {
        if (images.Count == 0)
            File.Delete(path);
        else
            AtomicFile.Write(path, string.Join(Environment.NewLine, images.Select(image => $"{image.Path}: {image.Reason}")));
    }
}
