namespace Shared.Images;

/// <summary>The parts of a data set, each a folder with one sub-folder per class.</summary>
/// <param name="Train">The images to train on: the folder <c>train</c>, or all that belongs to no other part.</param>
/// <param name="Validation">The folder <c>val</c>, <c>valid</c> or <c>validation</c>, if there is one.</param>
/// <param name="Test">The folder <c>test</c>, if there is one.</param>
internal sealed record DataParts(ScannedFolder Train, ScannedFolder? Validation, ScannedFolder? Test)
{
    private static readonly string[] ValidationNames = ["val", "valid", "validation"];

    /// <summary>Tells the parts of a folder apart.</summary>
    /// <remarks>
    /// A part has folders: one of that name that holds images only is a class, of railway pictures perhaps. Beside classes rather than beside
    /// <c>train</c>, its folders must be named like the classes.
    /// </remarks>
    /// <param name="root">The data set.</param>
    /// <param name="leftOut">Told of what belongs to no part.</param>
    public static DataParts Find(ScannedFolder root, LeftOut leftOut)
    {
        var train = Named(root.Folders.Where(HasFolders), "train");
        var candidates = root.Folders.Where(HasFolders).Where(folder => train is not null || HasClassesOf(root, folder)).ToList();
        var (validation, test) = (Named(candidates, ValidationNames), Named(candidates, "test"));
        if (train is null)
            return new(root with { Folders = [.. root.Folders.Where(folder => folder != validation && folder != test)] }, validation, test);

        foreach (var image in root.Images)
            leftOut.Add(LeftOutReason.NoClass, image);
        foreach (var folder in root.Folders.Where(folder => folder != train && folder != validation && folder != test))
            Unused(folder, "its name is none of train, val and test, or it has no sub-folder per class", leftOut);
        return new(train, validation, test);
    }

    /// <summary>Notes that nothing is done with a folder, if it holds images.</summary>
    public static void Unused(ScannedFolder? folder, string why, LeftOut leftOut)
    {
        if (folder is { AllImages.Count: > 0 and var count })
            leftOut.Add(LeftOutReason.UnusedFolder, folder.Path, $"{count:N0} image{(count == 1 ? "" : "s")}; {why}");
    }

    private static bool HasFolders(ScannedFolder folder) => folder.Folders.Count > 0;

    private static ScannedFolder? Named(IEnumerable<ScannedFolder> folders, params string[] names)
        => folders.FirstOrDefault(folder => names.Contains(folder.Name, StringComparer.OrdinalIgnoreCase));

    private static bool HasClassesOf(ScannedFolder root, ScannedFolder part)
        => part.Folders.Select(folder => folder.Name).All(root.Folders.Where(folder => folder != part).Select(folder => folder.Name).Contains);
}
