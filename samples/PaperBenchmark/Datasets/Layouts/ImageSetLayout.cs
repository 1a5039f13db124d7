using ImageData;
using PaperBenchmark.Datasets.Files;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>Images of no class: a folder or an archive with images at any depth.</summary>
/// <param name="Names">How it may be called in the data root; a name without ending stands for a folder and for every kind of archive.</param>
internal sealed record ImageSetLayout(IReadOnlyList<string> Names) : DatasetLayout
{
    /// <summary>The folder in an archive that the images must lie in, such as <c>images</c>, where others lie beside it; null for anywhere.</summary>
    public string? Folder { get; init; }

    /// <summary>The square that is cut out of the middle before anything else; null for the whole image.</summary>
    public int? Crop { get; init; }

    /// <summary>Of a set with more images, so many are taken, evenly spread; null for all.</summary>
    public int? Most { get; init; }

    public override string Expected => $"{string.Join(" or ", Names.Select(name => HasExtension(name) ? name : $"{name}/ or {name}.zip"))}{(Folder is null ? "" : $" with a folder {Folder}/")}, holding images at any depth";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part)
        => part == DatasetPart.Test && FirstOf(root, Names.SelectMany(WithExtensions)) is { } path ? [path] : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var tree = FileTree.Open(paths[0]);
        var images = tree.Names(request.Cancellation).Where(IsWanted).ToList();
        if (images.Count == 0)
            throw new InputException($"{request.Name}: '{paths[0]}' holds no images ({string.Join(", ", ImageFiles.Extensions)}){(Folder is null ? "" : $" in a folder {Folder}/")}.");
        var kept = ImageFiles.Spread(ImageFiles.Spread(images, Most), request.Limit);
        var (pixels, _) = ImageDecoding.Decode(tree, kept, Crop, request);
        return new(request.Name, request.Size, pixels, [], []);
    }

    /// <summary>A name, with every ending that a folder or an archive may have.</summary>
    internal static IEnumerable<string> WithExtensions(string name)
        => HasExtension(name) ? [name] : [name, .. FileTree.Extensions.Select(extension => name + extension)];

    private static bool HasExtension(string name) => FileTree.Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private bool IsWanted(string name)
        => name.Split('/') is var parts && EntryName.IsImage(parts) && (Folder is null || parts.AsSpan(..^1).Contains(Folder));
}
