using LogitNormTool.Prediction;

namespace LogitNormTool.Scoring;

/// <summary>
/// Tells images that cannot be read from a file system that is away: the former are rows with an error, the latter would make rows that count as done.
/// </summary>
internal static class ImagePresence
{
    /// <summary>That none of the images is there; null if one is.</summary>
    public static string? WhyNone(IReadOnlyList<(string Name, string Path)> images)
        => images.Any(image => File.Exists(image.Path)) ? null : $"none of the {images.Count:N0} images of a file is there; the first is '{images[0].Path}'.";

    /// <summary>Why the answers are not those of the images, as the file system was away meanwhile; null if they are.</summary>
    /// <param name="images">The images of a file of rows.</param>
    /// <param name="answers">Their answers.</param>
    /// <param name="again">Asks for the answers of some of them once more.</param>
    public static string? WhyNotBelieved(
        IReadOnlyList<(string Name, string Path)> images,
        IReadOnlyList<Answer> answers,
        Func<IReadOnlyList<(string Name, string Path)>, IEnumerable<Answer>> again)
    {
        ((string Name, string Path) Image, Answer Answer)[] unread = [.. images.Zip(answers).Where(row => row.Second.Error is not null)];
        if (unread.Length == 0)
            return null;
        // What is wrong with a file is so the second time; a file system that is back, or that went since, is not.
        foreach (var ((image, first), second) in unread.Zip(again([.. unread.Select(row => row.Image)])))
            if (first.Error != second.Error)
                return $"'{image.Path}' "
                    + (second.Error is null ? "can be read now, and a moment ago could not" : "cannot be read, now for another reason than a moment ago")
                    + $": {first.Error}";
        if (unread.All(row => File.Exists(row.Image.Path)))
            return null;
        if (unread.Length == images.Count)
            return WhyNone(images);
        // One of each folder, as each may be a file system of its own.
        return images.Zip(answers).Where(row => row.Second.Error is null).Select(row => row.First.Path).DistinctBy(Path.GetDirectoryName)
            .FirstOrDefault(path => !File.Exists(path)) is { } gone
                ? $"'{gone}' was read, and is not there any more; nor is '{unread.First(row => !File.Exists(row.Image.Path)).Image.Path}'."
                : null;
    }
}
