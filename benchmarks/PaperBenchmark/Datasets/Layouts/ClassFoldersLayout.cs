using PaperBenchmark.Datasets.Files;
using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>
/// Labelled images: a folder per class, in one folder or archive for training and one for testing, or in one with <c>train/</c> and <c>test/</c>.
/// </summary>
/// <param name="Name">The set's name, with which the names in the data root begin.</param>
internal sealed record ClassFoldersLayout(string Name) : DatasetLayout
{
    public override string Expected
        => $"{Name}-train.zip and {Name}-test.zip, or folders of these names, or {Name}/ with train/ and test/, with a sub-folder of images for each class";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part)
        => FirstOf(root, ImageSetLayout.WithExtensions($"{Name}-{part.ToString().ToLowerInvariant()}").Concat(ImageSetLayout.WithExtensions(Name))) is { } path
            ? [path]
            : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var tree = FileTree.Open(paths[0]);
        var images = Classed(tree, request);
        string[] classes = [.. images.Select(image => image.Class).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
            throw new InputException($"{request.Name}: '{tree.Path}' holds images of {classes.Length} classes; a classifier needs at least 2. "
                + $"Expected {Expected}.");
        int[] labels = [.. images.Select(image => Array.IndexOf(classes, image.Class))];
        var kept = EvenRows.Keep(labels, classes.Length, request.Limit);
        var (pixels, rows) = ImageDecoding.Decode(tree, [.. kept.Select(row => images[row].File)], crop: null, request);
        return new(request.Name, request.Size, pixels, classes, [.. rows.Select(row => labels[kept[row]])]);
    }

    private List<(string File, string Class)> Classed(FileTree tree, DatasetRequest request)
    {
        var files = tree.Names(request).Select(file => (Name: file, Parts: file.Split('/'))).Where(file => EntryName.IsImage(file.Parts)).ToList();
        var depth = 0;
        while (files.Count > 0 && files.All(f => f.Parts.Length > depth + 2 && f.Parts[depth] == files[0].Parts[depth]) && !IsPart(files[0].Parts[depth]))
            depth++;   // folders that archives wrap around everything
        if (files.Any(f => f.Parts.Length > depth + 2 && IsPart(f.Parts[depth])))
        {
            files.RemoveAll(f => f.Parts.Length <= depth + 2 || !f.Parts[depth].Equals(request.PartName, StringComparison.OrdinalIgnoreCase));
            depth++;
            if (files.Count == 0)
                throw new InputException($"{request.Name}: '{tree.Path}' holds no folder {request.PartName}/ of images. Expected {Expected}.");
        }

        files.RemoveAll(f => f.Parts.Length < depth + 2);   // lies in no class's folder
        return files.Count > 0
            ? [.. files.Select(f => (f.Name, f.Parts[depth]))]
            : throw new InputException($"{request.Name}: '{tree.Path}' holds no images ({string.Join(", ", ImageFiles.Extensions)}) in folders of classes. "
                + $"Expected {Expected}.");
    }

    private static bool IsPart(string folder)
        => Enum.GetNames<DatasetPart>().Contains(folder, StringComparer.OrdinalIgnoreCase);
}
