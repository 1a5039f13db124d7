using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A saved model as bytes, and copies of it with an entry changed.</summary>
internal sealed class ModelFile
{
    private readonly byte[] _zip;

    private ModelFile(byte[] zip) => _zip = zip;

    public static ModelFile Of(MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, schema, stream);
        return new(stream.ToArray());
    }

    /// <summary>The names of the entries that our transformers wrote.</summary>
    public string[] Entries(string extension)
    {
        using var zip = new ZipArchive(new MemoryStream(_zip));
        return [.. zip.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(extension, StringComparison.Ordinal))];
    }

    public byte[] Read(string entryEnding)
    {
        using var zip = new ZipArchive(new MemoryStream(_zip));
        using var stream = Find(zip, entryEnding).Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>The file with an entry's bytes replaced, or with the entry left out where <paramref name="change"/> gives null.</summary>
    /// <param name="entryEnding">How the entry's name ends.</param>
    /// <param name="change">From its bytes to others.</param>
    /// <param name="hash">Whether the entry's hash is made to fit, as by someone who changes the file on purpose.</param>
    /// <param name="compression">How the entry is packed.</param>
    public ModelFile With(string entryEnding, Func<byte[], byte[]?> change, bool hash = true, CompressionLevel compression = CompressionLevel.Fastest)
    {
        var changed = change(Read(entryEnding));
        var file = Replace(entryEnding, changed, compression);
        return hash && changed is not null && !entryEnding.EndsWith(".key", StringComparison.Ordinal) ? file.WithHash(entryEnding, changed) : file;
    }

    /// <summary>The whole file.</summary>
    public byte[] Bytes => [.. _zip];

    /// <summary>Any bytes as a file.</summary>
    public static ModelFile Of(byte[] zip) => new(zip);

    private ModelFile WithHash(string entryEnding, byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(_zip));
        var name = Find(zip, entryEnding).FullName;
        var hashes = name[..^Path.GetFileName(name).Length] + "Hashes.json";
        var json = JsonNode.Parse(Read(hashes))!;
        json[Path.GetFileName(name)] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return Replace(hashes, Encoding.UTF8.GetBytes(json.ToJsonString()), CompressionLevel.Fastest);
    }

    private ModelFile Replace(string entryEnding, byte[]? changed, CompressionLevel compression)
    {
        using var stream = new MemoryStream();
        stream.Write(_zip);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = Find(zip, entryEnding);
            var name = entry.FullName;
            entry.Delete();
            if (changed is not null)
                using (var content = zip.CreateEntry(name, compression).Open())
                    content.Write(changed);
        }
        return new(stream.ToArray());
    }

    /// <summary>The file with a further record in the zip's directory: an entry that has another's bytes, or claims so.</summary>
    /// <param name="entryEnding">How the name of the entry ends whose record is copied.</param>
    /// <param name="lastLetter">The last letter of the new entry's name.</param>
    /// <param name="packed">How many bytes it claims to have in the file; null for those of the other.</param>
    public ModelFile WithRecord(string entryEnding, char lastLetter, long? packed = null)
    {
        const int PackedAt = 20, NameLengthAt = 28, ExtraLengthAt = 30, CommentLengthAt = 32, NameAt = 46;
        const int EndBytes = 22, EndCountAt = 8, EndTotalAt = 10, EndSizeAt = 12, EndStartAt = 16;
        var end = _zip.AsSpan(^EndBytes..).ToArray();
        var directory = _zip.AsSpan((int)BitConverter.ToUInt32(end, EndStartAt)..^EndBytes).ToArray();
        for (var at = 0; ;)
        {
            int nameLength = BitConverter.ToUInt16(directory, at + NameLengthAt), extraLength = BitConverter.ToUInt16(directory, at + ExtraLengthAt);
            var next = at + NameAt + nameLength + extraLength + BitConverter.ToUInt16(directory, at + CommentLengthAt);
            if (!Encoding.UTF8.GetString(directory, at + NameAt, nameLength).EndsWith(entryEnding, StringComparison.Ordinal))
            {
                at = next;
                continue;
            }
            var record = directory[at..(at + NameAt + nameLength)];
            record[^1] = (byte)lastLetter;
            byte[] extra = packed is null ? [] : [1, 0, sizeof(long), 0, .. BitConverter.GetBytes(packed.Value)];   // Zip64's
            BitConverter.TryWriteBytes(record.AsSpan(ExtraLengthAt), (ushort)extra.Length);
            BitConverter.TryWriteBytes(record.AsSpan(CommentLengthAt), (ushort)0);
            if (packed is not null)
                BitConverter.TryWriteBytes(record.AsSpan(PackedAt), uint.MaxValue);   // "see Zip64's"
            foreach (var countAt in (int[])[EndCountAt, EndTotalAt])
                BitConverter.TryWriteBytes(end.AsSpan(countAt), (ushort)(BitConverter.ToUInt16(end, countAt) + 1));
            BitConverter.TryWriteBytes(end.AsSpan(EndSizeAt), (uint)(directory.Length + record.Length + extra.Length));
            return new([.. _zip.AsSpan(..^EndBytes), .. record, .. extra, .. end]);
        }
    }

    /// <summary>The file with a piece of an entry's JSON replaced.</summary>
    public ModelFile WithJson(string entryEnding, string old, string replacement) => With(entryEnding, bytes =>
    {
        var json = Encoding.UTF8.GetString(bytes);
        Assert.That(json, Does.Contain(old), "the test no longer fits the file");
        return Encoding.UTF8.GetBytes(json.Replace(old, replacement));
    });

    /// <summary>The file with other tensors in an entry.</summary>
    public ModelFile WithTensors(string entryEnding, Action<Dictionary<string, TorchSharp.torch.Tensor>> change) => With(entryEnding, bytes =>
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var tensors = TensorFile.Open(new MemoryStream(bytes)).ReadAll().ToDictionary(pair => pair.Key, pair => pair.Value);
        change(tensors);
        using var stream = new MemoryStream();
        TensorFile.Write(stream, tensors.Select(pair => (pair.Key, pair.Value)));
        return stream.ToArray();
    });

    public ITransformer Load(MLContext ml, out DataViewSchema schema) => ml.Model.Load(new MemoryStream(_zip), out schema);

    /// <summary>Loads the file, which must fail; gives the error behind what ML.NET wraps around it.</summary>
    public Exception LoadError(MLContext ml)
    {
        try
        {
            (Load(ml, out _) as IDisposable)?.Dispose();
        }
        catch (Exception e)
        {
            return e.GetBaseException();
        }
        throw new AssertionException("The file was loaded without an error.");
    }

    private static ZipArchiveEntry Find(ZipArchive zip, string ending)
        => zip.Entries.Single(entry => entry.FullName.EndsWith(ending, StringComparison.Ordinal));
}
