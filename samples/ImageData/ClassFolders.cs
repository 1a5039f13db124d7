namespace ImageData;

/// <summary>Labelled images from a folder that holds one sub-folder per class.</summary>
public static class ClassFolders
{
    /// <summary>What such a folder looks like, for errors.</summary>
    public const string Layout = "a folder with one sub-folder of images per class, or a zip of one";

    /// <summary>Opens a folder or zip, and loads the images of one part of it.</summary>
    /// <param name="source">Opens zip files.</param>
    /// <param name="option">The option that the path belongs to, as the user wrote it; errors name it.</param>
    /// <param name="path">A folder or a zip with the class folders, or with a folder <paramref name="part"/> that holds them.</param>
    /// <param name="part">Such as <c>test</c>.</param>
    /// <param name="limit">At most this many images per class, evenly spread; all when null.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <exception cref="InputException">The path does not hold what it should.</exception>
    public static IReadOnlyList<LabeledImage> Open(ImageSource source, string option, string path, string part, int? limit, CancellationToken cancellation = default)
    {
        var root = Unwrap(source.Open(option, path, Layout, cancellation));
        return Load(option, Part(root, part) ?? root, limit);
    }

    /// <summary>Loads the images of a folder.</summary>
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

    /// <summary>Goes into the single folder that archives often hold, with everything in it. A class folder, which holds images, is no such wrapper.</summary>
    internal static string Unwrap(string folder)
    {
        while (ImageFiles.DirectlyIn(folder).Count == 0 && ImageFiles.FoldersIn(folder) is [var only] && ImageFiles.FoldersIn(only).Count > 0)
            folder = only;
        return folder;
    }

    /// <summary>The folder <c>train</c> or <c>test</c> of a data set, if it has one. One without folders in it is a class, of railway pictures perhaps.</summary>
    internal static string? Part(string root, string name)
        => ImageFiles.FoldersIn(root).FirstOrDefault(f =>
            Path.GetFileName(f).Equals(name, StringComparison.OrdinalIgnoreCase) && ImageFiles.FoldersIn(f).Count > 0);

    private static string Found(string folder, int classes)
        => (classes == 0 ? "no sub-folder was found" : "1 sub-folder was found")
            + (ImageFiles.DirectlyIn(folder).Count is var loose && loose > 0 ? $" beside {loose:N0} images that belong to no class" : "");
}
