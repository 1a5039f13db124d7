using Shared.Images;

namespace PaperBenchmark.Datasets;

/// <summary>Which rows a limit keeps: the same number of each class, evenly spread over its rows.</summary>
internal static class EvenRows
{
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="limit">At most so many rows; all when null.</param>
    /// <returns>The rows that are kept, in order.</returns>
    public static IReadOnlyList<int> Keep(IReadOnlyList<int> labels, int classes, int? limit)
    {
        if (limit is not { } most || most >= labels.Count)
            return [.. Enumerable.Range(0, labels.Count)];
        var rows = Enumerable.Range(0, labels.Count).ToLookup(row => labels[row]);
        return [.. Enumerable.Range(0, classes)
            .SelectMany(c => ImageFiles.Spread([.. rows[c]], most / classes + (c < most % classes ? 1 : 0)))
            .Order()];
    }
}
