using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Runtime;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Writes a transformer's part of a model file: named JSON entries and named sets of tensors inside ML.NET's zip, and a hash of each.</summary>
/// <remarks>It refuses what <see cref="ModelReader"/> would refuse: nobody is to find out when the file is needed.</remarks>
internal sealed class ModelWriter
{
    /// <summary>The entry that holds the SHA-256 of the part's other entries.</summary>
    public const string Hashes = "Hashes.json";

    /// <summary>Bytes of a JSON entry, which holds options and class names; the same when writing and when reading.</summary>
    public const int LargestJson = 16 << 20;

    private readonly ModelSaveContext _context;
    private readonly ModelFormat _format;
    private readonly SortedDictionary<string, string> _hashes = new(StringComparer.Ordinal);

    public ModelWriter(ModelSaveContext context, ModelFormat format)
    {
        (_context, _format) = (context, format);
        context.CheckAtModel();
        context.SetVersionInfo(format.VersionInfo);
    }

    /// <summary>Writes a value as the entry <paramref name="name"/>.json.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="check">The reader's check, which throws if the value is none that can be worked with.</param>
    /// <exception cref="InvalidOperationException">It cannot be worked with, or is too large to be read again.</exception>
    public void Json<T>(string name, T value, Action<T> check)
    {
        try
        {
            check(value);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw CannotBeSaved($"entry '{name}.json': {e.Message}");
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(value, ModelJson.Options);
        if (json.Length > LargestJson)
            throw CannotBeSaved(
                Invariant($"entry '{name}.json' would take {json.Length:N0} bytes, and at most {LargestJson:N0} can be read again. ")
                + "Are there that many class names?");
        Entry($"{name}.json", stream => stream.Write(json));
    }

    /// <summary>Writes tensors, by name, as the entry <paramref name="name"/>.safetensors.</summary>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite.</exception>
    public void Tensors(string name, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        foreach (var (tensorName, tensor) in tensors)
            if (!TensorData.IsFinite(tensor))
                throw CannotBeSaved($"'{tensorName}' has a value that is NaN or infinite. Did training diverge? Lower the learning rate and train again.");
        Entry($"{name}.safetensors", stream => TensorFile.Write(stream, tensors));
    }

    /// <summary>Writes a vector as the only tensor of the entry <paramref name="name"/>.safetensors.</summary>
    public void Vector(string name, string tensorName, ReadOnlyMemory<float> values)
        => Entry($"{name}.safetensors", stream => TensorFile.Write(stream, [TensorData.OfVector(tensorName, values)]));

    /// <summary>Writes the hashes, once everything else is written.</summary>
    public void WriteHashes()
        => _context.SaveBinaryStream(Hashes, writer => JsonSerializer.Serialize(writer.BaseStream, _hashes, ModelJson.Options));

    private InvalidOperationException CannotBeSaved(string why) => new($"The {_format.Part} cannot be saved: {why}");

    private void Entry(string entry, Action<Stream> write) => _context.SaveBinaryStream(entry, writer =>
    {
        var stream = writer.BaseStream;   // of memory, or a temporary file, which is put into the zip later
        write(stream);
        stream.Position = 0;
        _hashes.Add(entry, Convert.ToHexStringLower(SHA256.HashData(stream)));
    });
}
