using System.Text;
using PaperBenchmark.Datasets.Files;
using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>
/// CIFAR-10 or CIFAR-100 as its authors publish it for other languages than Python: binary records in a tar archive, or that archive unpacked.
/// </summary>
/// <remarks>
/// A record is the label, or the coarse and the fine one, of a byte each, and 3,072 bytes of pixels: the red, the green and the blue ones of 32×32, row by row.
/// </remarks>
internal sealed record CifarLayout : DatasetLayout
{
    private const int Side = 32;
    private const int PixelBytes = 3 * Side * Side;

    /// <summary>The archive in the data root.</summary>
    public required string Archive { get; init; }

    /// <summary>The folder in it, and in the data root where it was unpacked.</summary>
    public required string Folder { get; init; }

    /// <summary>The files with the training records, in order.</summary>
    public required IReadOnlyList<string> Train { get; init; }

    /// <summary>The file with the test records.</summary>
    public required string Test { get; init; }

    /// <summary>The file with a class name on each line.</summary>
    public required string ClassNames { get; init; }

    /// <summary>Bytes before the pixels; the last of them is the class.</summary>
    public required int LabelBytes { get; init; }

    public override string Expected => $"{Archive}, or {Folder}/ from it";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part) => FirstOf(root, [Archive, Folder]) is { } path ? [path] : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var tree = FileTree.Open(paths[0]);
        var records = request.Part == DatasetPart.Train ? Train : [Test];
        var contents = Read(tree, [ClassNames, .. records], request);
        var classes = Encoding.UTF8.GetString(contents[ClassNames]).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var labels = new List<int>();
        foreach (var file in records)
            labels.AddRange(Labels(tree, file, contents[file], classes));

        var kept = EvenRows.Keep(labels, classes.Length, request.Limit);
        var bytes = 3 * request.Size * request.Size;
        var pixels = new byte[kept.Count * bytes];
        var offsets = records.SelectMany(file => Enumerable.Range(0, contents[file].Length / RecordBytes).Select(row => (File: file, Row: row))).ToList();
        Parallel.For(0, kept.Count, new ParallelOptions { CancellationToken = request.Cancellation }, i =>
        {
            var (file, row) = offsets[kept[i]];
            SquareImage.Resize(contents[file].AsSpan(row * RecordBytes + LabelBytes, PixelBytes), Side, request.Size, pixels.AsSpan(i * bytes, bytes));
        });
        return new(request.Name, request.Size, pixels, classes, [.. kept.Select(row => labels[row])]);
    }

    private int RecordBytes => LabelBytes + PixelBytes;

    private static Dictionary<string, byte[]> Read(FileTree tree, IReadOnlyList<string> wanted, DatasetRequest request)
    {
        var names = tree.Names(request).Where(name => wanted.Contains(FileOf(name))).ToHashSet();
        var contents = tree.Read(names, request.Cancellation).ToLookup(file => FileOf(file.Name), file => file.Content);
        if (wanted.Where(file => !contents.Contains(file)).ToList() is { Count: > 0 } missing)
            throw new InputException($"'{tree.Path}' does not hold {string.Join(", ", missing)}. Fetch or unpack it again.");
        return contents.ToDictionary(group => group.Key, group => group.First());
    }

    private IEnumerable<int> Labels(FileTree tree, string file, byte[] content, string[] classes)
    {
        if (content.Length == 0 || content.Length % RecordBytes != 0)
            throw new InputException($"'{file}' in '{tree.Path}' has {content.Length:N0} bytes; expected records of {RecordBytes:N0} bytes. "
                + "Fetch or unpack it again.");
        for (var at = 0; at < content.Length; at += RecordBytes)
        {
            var label = content[at + LabelBytes - 1];
            yield return label < classes.Length ? label : throw new InputException(
                $"'{file}' in '{tree.Path}': record {at / RecordBytes + 1:N0} is of class {label}, but {ClassNames} names {classes.Length} classes, "
                    + "from 0 on. Fetch or unpack it again.");
        }
    }

    private static string FileOf(string name) => name[(name.LastIndexOf('/') + 1)..];
}
