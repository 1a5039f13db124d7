using PaperBenchmark.Datasets.Files;
using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>Images of no class: a folder or an archive with images at any depth.</summary>
/// <param name="Names">How it may be called in the data root; a name without ending stands for a folder and for every kind of archive.</param>
internal sealed record ImageSetLayout(IReadOnlyList<string> Names) : DatasetLayout
{
    /// <summary>The folder in an archive that the images must lie in, such as <c>images</c>, where others lie beside it; null for anywhere.</summary>
    public string? Folder { get; init; }

    /// <summary>The square that is cut out of the middle before anything else; null for the whole image.</summary>
    public int? Crop { get; init; }

    /// <summary>A file in the data root with the name of an image on each line: only those are taken. Where it is missing, all count.</summary>
    public string? List { get; init; }

    /// <summary>Of a set with more images, and without a list, so many are taken, evenly spread; null for all.</summary>
    public int? Most { get; init; }

    public override string Expected
        => $"{string.Join(" or ", Names.Select(Spelled))} with images "
            + (Folder is null ? "at any depth" : $"in its folder {Folder}/")
            + (List is null ? "" : $", of which {List} names those to take");

    public override IReadOnlyList<string>? Find(string root, DatasetPart part)
        => part == DatasetPart.Test && FirstOf(root, Names.SelectMany(WithExtensions)) is { } path
            ? [path, .. List is not null && FirstOf(root, [List]) is { } list ? [list] : Array.Empty<string>()]
            : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var tree = FileTree.Open(paths[0]);
        IReadOnlyList<string> images = [.. tree.Names(request).Where(IsWanted)];
        if (images.Count == 0)
            throw new InputException($"{request.Name}: '{tree.Path}' holds no images "
                + $"({string.Join(", ", ImageFiles.Extensions)}){(Folder is null ? "" : $" in a folder {Folder}/")}.");
        images = paths is [_, var list] ? Listed(images, tree, list) : ImageFiles.Spread(images, Most);
        var (pixels, _) = ImageDecoding.Decode(tree, ImageFiles.Spread(images, request.Limit), Crop, request);
        return new(request.Name, request.Size, pixels, [], []);
    }

    /// <summary>A name, with every ending that a folder or an archive may have.</summary>
    internal static IEnumerable<string> WithExtensions(string name)
        => HasExtension(name) ? [name] : [name, .. FileTree.Extensions.Select(extension => name + extension)];

    private static string Spelled(string name)
        => HasExtension(name) ? name : $"{name}/ or {name}{FileTree.Extensions[0]} or {name}{FileTree.Extensions[1]}";

    private static bool HasExtension(string name) => FileTree.Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private static List<string> Listed(IReadOnlyList<string> images, FileTree tree, string list)
    {
        var wanted = File.ReadLines(list).Select(line => line.Trim()).Where(line => line.Length > 0).ToHashSet();
        var found = images.Where(image => wanted.Contains(image[(image.LastIndexOf('/') + 1)..])).ToList();
        return found.Count == wanted.Count && found.Count > 0 ? found : throw new InputException(
            $"'{list}' names {wanted.Count:N0} images, of which '{tree.Path}' holds {found.Count:N0}. "
                + "Give the images that the list belongs to, or remove the list to take an even spread of those that are there.");
    }

    private bool IsWanted(string name)
        => name.Split('/') is var parts && EntryName.IsImage(parts) && (Folder is null || parts.AsSpan(..^1).Contains(Folder));
}
