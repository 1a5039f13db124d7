namespace Shared.Images;

/// <summary>Names of files in archives, which may come from anyone.</summary>
public static class EntryName
{
    /// <summary>The folders and the file that a name consists of.</summary>
    /// <remarks>Both slashes separate on every system, so that an archive gives the same folders, and the same refusal, everywhere.</remarks>
    /// <exception cref="InvalidDataException">Unpacked, it would lie outside the target folder.</exception>
    public static string[] Parts(string name)
    {
        var parts = name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || name[0] is '/' or '\\' || parts.Any(p => p is "." or ".." || p.AsSpan().IndexOfAny(':', '\0') >= 0))
            throw new InvalidDataException($"its entry '{name}' would be written outside the target folder.");
        return parts;
    }

    /// <summary>True for images; not for what macOS adds beside them.</summary>
    /// <param name="parts">What <see cref="Parts"/> gave.</param>
    public static bool IsImage(IReadOnlyList<string> parts) => ImageFiles.IsImage(parts[^1]) && !parts.Any(ImageFiles.IsHidden);

    /// <summary>The hidden file or folder that a file is or lies in; null if nothing of its path is hidden.</summary>
    /// <param name="parts">What <see cref="Parts"/> gave.</param>
    public static string? HiddenPart(IReadOnlyList<string> parts)
        => parts.Index().Where(part => ImageFiles.IsHidden(part.Item)).Select(part => string.Join('/', parts.Take(part.Index + 1))).FirstOrDefault();
}
