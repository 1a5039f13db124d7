using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads what <see cref="ModelWriter"/> wrote. Whatever is wrong with the bytes ends as an <see cref="InvalidDataException"/> that names the part.</summary>
/// <remarks>
/// ML.NET makes transformers by reflection, so <c>Model.Load</c> throws this exception inside others whose messages say nothing. It has no
/// inner exception of its own: <see cref="Exception.GetBaseException"/> is the one that names the part.
/// </remarks>
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
            // ML.NET's own words for this case blame its own version.
            var problem = context.Header.ModelVerReadable > ModelFormat.Version
                ? "it was saved by a newer version of Microsoft.ML.LogitNorm. Load it with that version or a later one."
                : e.Message;
            throw new InvalidDataException($"The {format.Part} in this model file cannot be read: {problem}");
        }
    }

    /// <summary>Reads the entry <paramref name="name"/>.json.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="check">Throws if the value is none that can be worked with.</param>
    public T Json<T>(string name, Action<T> check) => Entry($"{name}.json", reader =>
    {
        if (reader.BaseStream.Length > LargestJson)
            throw new InvalidDataException(Invariant($"{reader.BaseStream.Length:N0} bytes are too many for this entry; at most {LargestJson:N0} were expected."));
        var value = JsonSerializer.Deserialize<T>(reader.BaseStream, ModelJson.Options) ?? throw new InvalidDataException("it is empty.");
        check(value);
        return value;
    });

    /// <summary>Reads the entry <paramref name="name"/>.tensors.</summary>
    public T Tensors<T>(string name, Func<TensorFile, T> read) => Entry($"{name}.tensors", reader => read(TensorFile.Open(reader)));

    private T Entry<T>(string entry, Func<BinaryReader, T> read)
    {
        T value = default!;
        try
        {
            if (!_context.TryLoadBinaryStream(entry, reader => value = read(reader)))
                throw new InvalidDataException("it is missing.");
            return value;
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or InvalidDataException or FormatException or ArgumentException
            or InvalidOperationException or NotSupportedException or OverflowException or ExternalException)   // the last is torch's
        {
            throw new InvalidDataException($"The {_format.Part} in this model file is damaged: entry '{entry}': {e.Message}");
        }
    }
}
