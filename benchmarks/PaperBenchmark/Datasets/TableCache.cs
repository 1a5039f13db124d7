using System.Security.Cryptography;
using System.Text;
using Shared.Files;
using Shared.Images;

namespace PaperBenchmark.Datasets;

/// <summary>Decoded images on disk, so that every run but the first reads them in moments.</summary>
/// <remarks>An entry belongs to the sizes and times of the files that it was made of, and to how they were read: change any, and it is made anew.</remarks>
internal sealed class TableCache(string folder)
{
    // Raised whenever the same files give other tables than before.
    private const int Version = 1;

    /// <summary>The table of a request; made, and kept, if it is not there yet.</summary>
    /// <param name="paths">The files and folders that it is made of.</param>
    /// <param name="how">Everything else that it depends on, apart from the request.</param>
    /// <param name="request">What is wanted. Its images that cannot be read are reported each time.</param>
    /// <param name="make">Makes the table.</param>
    public ImageTable Get(IReadOnlyList<string> paths, string how, DatasetRequest request, Func<DatasetRequest, ImageTable> make)
    {
        var key = string.Join(
            '\n', [$"version {Version}", $"{request.Name} {request.PartName} {request.Size} {request.Limit}", how, .. paths.SelectMany(State)]);
        var name = $"{request.Name}-{request.PartName}-{request.Size}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12]}.images";
        var file = Path.Combine(folder, string.Join('_', name.Split(Path.GetInvalidFileNameChars())));
        if (Read(file, key, request) is { } kept)
            return kept;

        var unreadable = new List<UnreadableImage>();
        var table = make(request with { Unreadable = image => { unreadable.Add(image); request.Unreadable(image); } });
        AtomicFile.Write(file, stream => Write(stream, key, table, unreadable));
        return table;
    }

    private static void Write(Stream stream, string key, ImageTable table, IReadOnlyList<UnreadableImage> unreadable)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(key);
        writer.Write(unreadable.Count);
        foreach (var image in unreadable)
        {
            writer.Write(image.Path);
            writer.Write(image.Reason);
        }

        writer.Write(table.Classes.Count);
        foreach (var name in table.Classes)
            writer.Write(name);
        writer.Write(table.Labels.Length);
        foreach (var label in table.Labels)
            writer.Write(label);
        writer.Write(table.Pixels.Length);
        writer.Write(table.Pixels);
        writer.Write(SHA256.HashData(table.Pixels));
    }

    // A file of another content, or one that something else has damaged, counts as none.
    private static ImageTable? Read(string file, string key, DatasetRequest request)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using var reader = new BinaryReader(File.OpenRead(file));
            if (reader.ReadString() != key)
                return null;
            UnreadableImage[] unreadable = [.. Times(reader.ReadInt32(), () => new UnreadableImage(reader.ReadString(), reader.ReadString()))];
            string[] classes = [.. Times(reader.ReadInt32(), reader.ReadString)];
            int[] labels = [.. Times(reader.ReadInt32(), reader.ReadInt32)];
            var pixels = reader.ReadBytes(reader.ReadInt32());
            if (!reader.ReadBytes(SHA256.HashSizeInBytes).AsSpan().SequenceEqual(SHA256.HashData(pixels)))
                return null;
            var table = new ImageTable(request.Name, request.Size, pixels, classes, labels);
            foreach (var image in unreadable)
                request.Unreadable(image);
            return table;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<T> Times<T>(int count, Func<T> read) => Enumerable.Range(0, count).Select(_ => read());

    private static IEnumerable<string> State(string path)
        => (Directory.Exists(path) ? ScannedFolder.Read(path, new()).AllFiles.Select(file => new FileInfo(file)) : [new FileInfo(path)])
            .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}").Order(StringComparer.Ordinal);
}
