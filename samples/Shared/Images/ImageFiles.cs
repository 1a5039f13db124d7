namespace Shared.Images;

/// <summary>Which files are images, and which of them to take.</summary>
public static class ImageFiles
{
    /// <summary>What a file name must end with to be taken for an image.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"];

    public static bool IsImage(string path)
        => !IsHidden(path) && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The images in a folder and in every folder below it.</summary>
    public static IReadOnlyList<string> Below(string folder) => ScannedFolder.Read(folder, new()).AllImages;

    /// <summary>True for names that file managers do not show, such as <c>._cat.jpg</c> and <c>__MACOSX</c>.</summary>
    public static bool IsHidden(string path) => Path.GetFileName(path) is var name && (name.StartsWith('.') || name == "__MACOSX");

    /// <summary>At most <paramref name="limit"/> of the images, evenly spread, so that a sorted folder gives a bit of everything.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> images, int? limit)
        => limit is not { } count || count >= images.Count
            ? images
            : [.. Enumerable.Range(0, count).Select(i => images[(int)((long)i * images.Count / count)])];
}
