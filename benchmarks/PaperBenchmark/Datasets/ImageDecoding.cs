using System.Collections.Concurrent;
using PaperBenchmark.Datasets.Files;
using Shared.CommandLine;

namespace PaperBenchmark.Datasets;

/// <summary>Decodes the images of a folder or archive on all cores.</summary>
internal static class ImageDecoding
{
    /// <summary>Decodes images; those that cannot be are reported and left out.</summary>
    /// <param name="tree">Where they lie.</param>
    /// <param name="names">Which.</param>
    /// <param name="crop">The square that is cut out of the middle first; null for the whole image.</param>
    /// <param name="request">What they are for.</param>
    /// <returns>The images' bytes, [N, 3, size, size], and which of <paramref name="names"/> they are.</returns>
    /// <exception cref="InputException">None can be decoded, or the archive is damaged.</exception>
    public static (byte[] Pixels, IReadOnlyList<int> Rows) Decode(FileTree tree, IReadOnlyList<string> names, int? crop, DatasetRequest request)
    {
        var bytes = 3 * request.Size * request.Size;
        var pixels = new byte[(long)names.Count * bytes];
        var reasons = new string?[names.Count];
        Array.Fill(reasons, "the archive no longer holds it");
        var rows = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var files = Partitioner.Create(tree.Read(rows.Keys.ToHashSet(), request.Cancellation), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(files, new ParallelOptions { CancellationToken = request.Cancellation }, file =>
            {
                var row = rows[file.Name];
                reasons[row] = SquareImage.Decode(file.Content, request.Size, crop, pixels.AsSpan(row * bytes, bytes));
            });
        }
        catch (AggregateException e)
            when (e.Flatten().InnerExceptions.FirstOrDefault(inner => inner is InputException or IOException or UnauthorizedAccessException) is { } cause)
        {
            throw cause is InputException ? new InputException(cause.Message, e) : new InputException($"{request.Name}: {cause.Message}", e);
        }

        return Readable(tree, names, pixels, reasons, request);
    }

    private static (byte[] Pixels, IReadOnlyList<int> Rows) Readable(
        FileTree tree, IReadOnlyList<string> names, byte[] pixels, string?[] reasons, DatasetRequest request)
    {
        int[] rows = [.. Enumerable.Range(0, names.Count).Where(row => reasons[row] is null)];
        if (rows.Length == 0)
            throw new InputException($"{request.Name}: none of the {names.Count:N0} images in '{tree.Path}' can be read. "
                + $"The first is '{names[0]}': {reasons[0]}.");
        foreach (var (row, reason) in reasons.Index().Where(pair => pair.Item is not null))
            request.Unreadable(new(Path.Combine(tree.Path, names[row]), reason!));
        if (rows.Length == names.Count)
            return (pixels, rows);

        var bytes = pixels.Length / names.Count;
        var kept = new byte[rows.Length * bytes];
        foreach (var (i, row) in rows.Index())
            pixels.AsSpan(row * bytes, bytes).CopyTo(kept.AsSpan(i * bytes));
        return (kept, rows);
    }
}
