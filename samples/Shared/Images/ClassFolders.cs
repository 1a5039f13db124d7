using Shared.CommandLine;

namespace Shared.Images;

/// <summary>Labelled images from a folder that holds one sub-folder per class.</summary>
public static class ClassFolders
{
    /// <summary>What such a folder looks like, for errors.</summary>
    public const string Layout = "a folder with one sub-folder of images per class, or a zip of one";

    /// <summary>Opens a folder or zip, and loads the images of one part of it.</summary>
    /// <param name="source">Opens it, and is told what is left out.</param>
    /// <param name="option">The option that the path belongs to, as the user wrote it; errors name it.</param>
    /// <param name="path">A folder or a zip with the class folders, or with <c>train/</c>, <c>val/</c> and <c>test/</c> that hold them.</param>
    /// <param name="wanted">The part; a data set without it gives the whole, and where <c>val/</c> stands in for a missing <c>test/</c>, that.</param>
    /// <param name="limit">At most this many images per class, evenly spread; all when null.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <exception cref="InputException">The path does not hold what it should.</exception>
    public static IReadOnlyList<LabeledImage> Open(
        ImageSource source, string option, string path, DataPart wanted, int? limit, CancellationToken cancellation = default)
    {
        var parts = DataParts.Find(Unwrap(source.Read(option, path, Layout, cancellation)), source.LeftOut);
        var part = wanted == DataPart.Train ? parts.Train : parts.Test ?? parts.Validation ?? parts.Train;
        if (part != parts.Validation)
            DataParts.Unused(parts.Validation, $"{option} reads {part.Path}", source.LeftOut);
        return Load(option, part, limit, source.LeftOut);
    }

    /// <summary>Loads the images of a folder that this program has written.</summary>
    /// <param name="option">What the folder is, for errors.</param>
    /// <param name="folder">The folder with the class folders.</param>
    /// <exception cref="InputException">Fewer than two classes, or a class without images.</exception>
    public static IReadOnlyList<LabeledImage> Load(string option, string folder)
    {
        var leftOut = new LeftOut();
        return Load(option, ScannedFolder.Read(folder, leftOut), null, leftOut);
    }

    /// <summary>The images of a folder's class folders.</summary>
    /// <exception cref="InputException">Fewer than two classes, or a class without images.</exception>
    internal static IReadOnlyList<LabeledImage> Load(string option, ScannedFolder folder, int? limit, LeftOut leftOut)
    {
        if (limit < 1)
            throw new InputException($"--limit {limit}: keep at least 1 image per class.");
        foreach (var image in folder.Images)
            leftOut.Add(LeftOutReason.NoClass, image);
        var classes = folder.Folders.Select(f => (f.Name, Images: f.AllImages)).ToList();
        if (classes.Count < 2)
            throw new InputException($"{option} {folder.Path}: a classifier needs at least 2 classes, {Found(folder)}. Expected {Layout}.");
        if (classes.Where(c => c.Images.Count == 0).Select(c => $"'{c.Name}'").ToList() is { Count: > 0 } empty)
            throw new InputException(
                $"{option} {folder.Path}: no images ({string.Join(", ", ImageFiles.Extensions)}) in the folder of class {string.Join(", ", empty)}. "
                + "Add images, or remove the folder.");
        return [.. classes.SelectMany(c => ImageFiles.Spread(c.Images, limit).Select(path => new LabeledImage(path, c.Name)))];
    }

    /// <summary>Goes into the single folder that archives often hold, with everything in it. A class folder, which holds images, is no such wrapper.</summary>
    internal static ScannedFolder Unwrap(ScannedFolder folder)
    {
        while (folder.Images.Count == 0 && folder.Folders is [{ Folders.Count: > 0 } only])
            folder = only;
        return folder;
    }

    private static string Found(ScannedFolder folder)
        => (folder.Folders.Count == 0 ? "no sub-folder was found" : "1 sub-folder was found")
            + (folder.Images.Count is var loose && loose > 0 ? $" beside {loose:N0} images that belong to no class" : "");
}
