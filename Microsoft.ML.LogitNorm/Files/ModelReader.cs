using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Reads what <see cref="ModelWriter"/> wrote. Whatever is wrong with the bytes ends as an <see cref="InvalidDataException"/> that names the part.
/// </summary>
/// <remarks>
/// No byte of an entry is looked at before its SHA-256 is found right. The hashes find accidents: who changes a file on purpose can change its hash too, and
/// meets the checks of shapes, sizes and values.
/// ML.NET makes transformers by reflection, so <c>Model.Load</c> throws this exception inside others whose messages say nothing. It has no
/// inner exception of its own: <see cref="Exception.GetBaseException"/> is the one that names the part. Its <see cref="Exception.ToString"/> shows the cause.
/// </remarks>
internal sealed class ModelReader
{
    private readonly ModelLoadContext _context;
    private readonly ModelFormat _format;
    private readonly Dictionary<string, string> _hashes;

    public ModelReader(ModelLoadContext context, ModelFormat format)
    {
        (_context, _format) = (context, format);
        format.Check(context);
        ModelArchive.Check(context.Repository);
        _hashes = Entry(ModelWriter.Hashes, ReadJson<Dictionary<string, string>>);
    }

    /// <summary>Reads the entry <paramref name="name"/>.json.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="check">Throws if the value is none that can be worked with.</param>
    public T Json<T>(string name, Action<T> check) => Hashed($"{name}.json", stream =>
    {
        var value = ReadJson<T>(stream);
        check(value);
        return value;
    });

    /// <summary>Reads the entry <paramref name="name"/>.safetensors.</summary>
    public T Tensors<T>(string name, Func<TensorFile, T> read) => Hashed($"{name}.safetensors", stream => read(TensorFile.Open(stream)));

    private T Hashed<T>(string entry, Func<Stream, T> read) => Entry(entry, stream =>
    {
        if (!_hashes.TryGetValue(entry, out var expected))
            throw new InvalidDataException($"entry '{ModelWriter.Hashes}' has no hash of it.");
        var found = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (found != expected)
            throw new InvalidDataException(
                $"its bytes are not those that were saved: their SHA-256 is {found}, and entry '{ModelWriter.Hashes}' says {expected}. "
                + "Load another copy of the file.");
        stream.Position = 0;
        return read(stream);
    });

    private T ReadJson<T>(Stream stream)
    {
        if (stream.Length > ModelWriter.LargestJson)
            throw new InvalidDataException(
                Invariant($"{stream.Length:N0} bytes are too many for this entry; at most {ModelWriter.LargestJson:N0} were expected."));
        // What a newer version has added, an older one may leave out; or the newer one would not have let it read the part.
        var options = _context.Header.ModelVerWritten > _format.Written ? ModelJson.OfNewerVersion : ModelJson.Options;
        return JsonSerializer.Deserialize<T>(stream, options) ?? throw new InvalidDataException("it is empty.");
    }

    private T Entry<T>(string entry, Func<Stream, T> read) => Named(_format.Part, entry, () =>
    {
        T value = default!;
        if (!_context.TryLoadBinaryStream(entry, reader => value = read(reader.BaseStream)))
            throw new InvalidDataException("it is missing.");
        return value;
    });

    /// <summary>Reads an entry; an error that its bytes may have led to names it. Others, such as that a thing was disposed of, stay as they are.</summary>
    /// <param name="part">The part.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    internal static T Named<T>(string part, string entry, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or InvalidDataException or FormatException or ArgumentException
            or (InvalidOperationException and not ObjectDisposedException) or NotSupportedException or OverflowException)
        {
            throw Unreadable($"The {part} in this model file is damaged: entry '{entry}': {e.Message}", e);
        }
        catch (ExternalException e)   // libtorch's, for want of memory most of all: the file may be whole
        {
            var says = e.Message.Split('\n')[0].TrimEnd();   // the rest is libtorch's trace
            throw Unreadable(
                $"The {part} in this model file cannot be loaded: entry '{entry}': libtorch says: {says} Is there enough memory for the model?", e);
        }
    }

    // A sealed type that must have no inner exception: the cause stands in front of the stack.
    private static Exception Unreadable(string message, Exception cause)
        => ExceptionDispatchInfo.SetRemoteStackTrace(new InvalidDataException(message), $" ---> {cause}");
}
