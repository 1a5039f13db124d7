using System.IO.Compression;
using System.Text;

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
    public ModelFile With(string entryEnding, Func<byte[], byte[]?> change)
    {
        var changed = change(Read(entryEnding));
        using var stream = new MemoryStream();
        stream.Write(_zip);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = Find(zip, entryEnding);
            var name = entry.FullName;
            entry.Delete();
            if (changed is not null)
                using (var content = zip.CreateEntry(name, CompressionLevel.Fastest).Open())
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
