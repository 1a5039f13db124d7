using System.Text.Json;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads what <see cref="ModelWriter"/> wrote. Whatever is wrong with the bytes ends as an <see cref="InvalidDataException"/> that names the part.</summary>
internal sealed class ModelReader
{
    // An entry of JSON holds options and class names. Entries of this size would be a mistake or an attack.
    private const int LargestJson = 64 << 20;

    private readonly ModelLoadContext _context;
    private readonly ModelFormat _format;

    public ModelReader(ModelLoadContext context, ModelFormat format)
    {
        (_context, _format) = (context, format);
        try
        {
            context.CheckAtModel(format.VersionInfo);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"The {format.Part} in this model file cannot be read: {e.Message} Load it with the version of Microsoft.ML.LogitNorm that saved it, or a newer one.", e);
        }
    }

    /// <summary>Reads the entry <paramref name="name"/>.json.</summary>
    public T Json<T>(string name) => Entry($"{name}.json", reader =>
    {
        if (reader.BaseStream.Length > LargestJson)
            throw new InvalidDataException($"{reader.BaseStream.Length:N0} bytes are too many for this entry; at most {LargestJson:N0} were expected.");
        return JsonSerializer.Deserialize<T>(reader.BaseStream, ModelJson.Options) ?? throw new InvalidDataException("it is empty.");
    });

    /// <summary>Reads the entry <paramref name="name"/>.tensors into tensors that stand ready, and whose names and shapes it must have.</summary>
    public T Tensors<T>(string name, Func<TensorFile, T> read) => Entry($"{name}.tensors", reader => read(TensorFile.Open(reader)));

    /// <summary>An error about this part of the file that only its owner could see.</summary>
    public InvalidDataException Invalid(string problem) => new($"The {_format.Part} in this model file is damaged: {problem}");

    private T Entry<T>(string entry, Func<BinaryReader, T> read)
    {
        T value = default!;
        bool found;
        try
        {
            found = _context.TryLoadBinaryStream(entry, reader => value = read(reader));
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or InvalidDataException or FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new InvalidDataException($"The {_format.Part} in this model file is damaged: entry '{entry}': {e.Message}", e);
        }
        return found ? value : throw Invalid($"entry '{entry}' is missing.");
    }
}
