namespace QuickStart.Data;

/// <summary>Labelled images from a folder that holds one sub-folder per class.</summary>
internal static class ClassFolders
{
    /// <summary>What such a folder looks like, for errors.</summary>
    public const string Layout = "a folder with one sub-folder of images per class, or a zip of one";

    /// <param name="option">The option that the folder belongs to, for errors.</param>
    /// <param name="folder">The folder with the class folders.</param>
    /// <param name="limit">At most this many images per class, evenly spread; all when null.</param>
    /// <exception cref="InputException">Fewer than two classes, or a class without images.</exception>
    public static IReadOnlyList<LabeledImage> Load(string option, string folder, int? limit)
    {
        if (limit < 1)
            throw new InputException($"--limit {limit}: keep at least 1 image per class.");
        var classes = ImageFiles.FoldersIn(folder).Select(f => (Name: Path.GetFileName(f), Images: ImageFiles.Below(f))).ToList();
        if (classes.Count < 2)
            throw new InputException($"{option} {folder}: a classifier needs at least 2 classes, {Found(folder, classes.Count)}. Expected {Layout}.");
        if (classes.Where(c => c.Images.Count == 0).Select(c => $"'{c.Name}'").ToList() is { Count: > 0 } empty)
            throw new InputException($"{option} {folder}: no images ({string.Join(", ", ImageFiles.Extensions)}) in the folder of class {string.Join(", ", empty)}. "
                + "Add images, or remove the folder.");
        return [.. classes.SelectMany(c => ImageFiles.Spread(c.Images, limit).Select(path => new LabeledImage(path, c.Name)))];
    }

    private static string Found(string folder, int classes)
        => (classes == 0 ? "no sub-folder was found" : "1 sub-folder was found")
            + (ImageFiles.DirectlyIn(folder).Count is var loose && loose > 0 ? $" beside {loose:N0} images that belong to no class" : "");
}
