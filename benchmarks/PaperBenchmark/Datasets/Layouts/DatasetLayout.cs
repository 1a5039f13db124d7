
namespace PaperBenchmark.Datasets.Layouts;

/// <summary>A way in which a set may lie in the data root.</summary>
internal abstract record DatasetLayout
{
    /// <summary>The files and folders that make it, in a few words, for errors and lists.</summary>
    public abstract string Expected { get; }

    /// <summary>The files or folders that hold a part of the set; null if they are not all there, empty for a set that is generated.</summary>
    public abstract IReadOnlyList<string>? Find(string root, DatasetPart part);

    /// <summary>Loads what <see cref="Find"/> found.</summary>
    /// <exception cref="InputException">It does not hold what it should.</exception>
    public abstract ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request);

    /// <summary>The first of some names that exists below <paramref name="root"/>, with its full path.</summary>
    protected static string? FirstOf(string root, IEnumerable<string> names)
        => names.Select(name => Path.Combine(root, name)).FirstOrDefault(Path.Exists);
}
