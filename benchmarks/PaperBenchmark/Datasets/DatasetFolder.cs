using PaperBenchmark.Datasets.Files;
using PaperBenchmark.Datasets.Layouts;
using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Datasets;

/// <summary>What <c>--data-root</c> points at: the sets that lie there, and those that need no files.</summary>
/// <remarks>
/// A name is looked up in <see cref="DatasetCatalog"/> first, then as images that lie in the root. <c>NAME=PATH</c> is a set that lies elsewhere.
/// </remarks>
/// <param name="root">The folder with the sets; it need not exist.</param>
/// <param name="cache">Where decoded images are kept.</param>
/// <param name="unreadable">Told of images that cannot be decoded; they are left out.</param>
internal sealed class DatasetFolder(string root, string cache, Action<UnreadableImage> unreadable)
{
    /// <summary>What the names of sets begin with that the catalog does not know.</summary>
    internal const string UnlistedPrefix = "ood-";

    private readonly TableCache _cache = new(cache);

    /// <summary>Names of the sets of images in the root that the catalog does not know, <c>ood-NAME.zip</c> or a folder of that name; sorted.</summary>
    public IReadOnlyList<string> UnlistedSets => !Directory.Exists(root) ? [] :
    [
        .. Directory.EnumerateFileSystemEntries(root, UnlistedPrefix + "*").Select(NameOf).OfType<string>()
            .Where(name => DatasetCatalog.Find(name) is null).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>True if the set's test images can be loaded, as far as its files' names tell.</summary>
    public bool Has(string name) => Find(name, DatasetPart.Test) is not null;

    /// <summary>Loads the images of a set, each brought to the same size.</summary>
    /// <param name="name">The set's name, or <c>NAME=PATH</c>.</param>
    /// <param name="part">Which of its images.</param>
    /// <param name="size">Width and height that the images get.</param>
    /// <param name="limit">At most so many, evenly spread; all when null.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="MissingDatasetException">It is not there.</exception>
    /// <exception cref="InputException">It is damaged, or not what it should be.</exception>
    public ImageTable Load(string name, DatasetPart part, int size, int? limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (limit is { } most)
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(limit));
        if (Find(name, part) is not var (layout, paths))
            throw Missing(name, part);
        var request = new DatasetRequest(name.Split('=')[0], part, size, limit, unreadable, cancellation);
        return paths.Count == 0 ? layout.Load(paths, request)   // generated, faster than it is read
            : _cache.Get(paths, $"{layout}", request, kept => layout.Load(paths, kept));
    }

    private (DatasetLayout Layout, IReadOnlyList<string> Paths)? Find(string name, DatasetPart part)
        => Layouts(name).Select(layout => (layout, layout.Find(root, part)))
            .Where(found => found.Item2 is not null)
            .Select(found => ((DatasetLayout, IReadOnlyList<string>)?)(found.layout, found.Item2!))
            .FirstOrDefault();

    private static IReadOnlyList<DatasetLayout> Layouts(string name)
        => name.IndexOf('=') is > 0 and var at ? [new ImageSetLayout([Path.GetFullPath(name[(at + 1)..])])]
            : DatasetCatalog.Find(name) is { } known ? known.Layouts
            : [new ImageSetLayout([UnlistedPrefix + name]), new ClassFoldersLayout(name)];

    private MissingDatasetException Missing(string name, DatasetPart part)
    {
        var layouts = string.Join("; or ", Layouts(name).Select(layout => layout.Expected));
        var remedy = DatasetCatalog.Find(name) switch
        {
            { IsGenerated: true } => $"It has no {PartName(part)} images.",
            { } => $"Fetch it: dotnet run --project benchmarks/PaperBenchmark -c Release -- download {name} --data-root {root}",
            null when name.Contains('=') => "Give the path of a folder or an archive.",
            null => $"The sets with names of their own are {string.Join(", ", DatasetCatalog.All.Select(d => d.Name))}."
                + NearestName.Hint(name, DatasetCatalog.All.Select(d => d.Name).Concat(UnlistedSets)),
        };
        return new(name, $"{name}: no {PartName(part)} images in '{Path.GetFullPath(root)}'. Expected {layouts}. {remedy}");
    }

    private static string PartName(DatasetPart part) => part.ToString().ToLowerInvariant();

    private static string? NameOf(string path)
    {
        var name = Path.GetFileName(path)[UnlistedPrefix.Length..];
        return Directory.Exists(path) ? name : FileTree.Extensions.FirstOrDefault(HasEnding) is { } ending ? name[..^ending.Length] : null;

        bool HasEnding(string extension) => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
    }
}
