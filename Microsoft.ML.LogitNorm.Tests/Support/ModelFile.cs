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

    private static ZipArchiveEntry Find(ZipArchive zip, string ending) => zip.Entries.Single(entry => entry.FullName.EndsWith(ending, StringComparison.Ordinal));
}
