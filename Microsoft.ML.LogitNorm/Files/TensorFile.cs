using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Named tensors in a stream, in the safetensors format. Nothing is allocated for a tensor before the stream is known to hold its bytes, so a damaged or
/// hostile file costs at most a few times its own size.
/// </summary>
/// <remarks>
/// Layout: length of the header (uint64, little endian); the header, JSON: name → {"dtype", "shape", "data_offsets": [begin, end]}, and, in files of others,
/// "__metadata__"; then the elements, little endian, row-major, one tensor behind the other without a hole. https://github.com/huggingface/safetensors
/// It knows neither ML.NET nor its zip: any stream that can seek will do.
/// </remarks>
internal sealed class TensorFile
{
    /// <summary>Bytes of a header: the names, types and shapes of some 50,000 tensors. The same when writing and when reading.</summary>
    public const int LargestHeader = 8 << 20;

    private const int MaxNameBytes = 512;
    private const int MaxRank = 8;
    private const int Alignment = 8;
    private const string MetadataName = "__metadata__";
    private static readonly JsonReaderOptions _strict = new() { MaxDepth = 4 };

    private readonly Stream _stream;
    private readonly long _start;

    private TensorFile(Stream stream, long start, IReadOnlyList<Entry> entries, IReadOnlyDictionary<string, string> metadata)
        => (_stream, _start, Entries, Metadata) = (stream, start, entries, metadata);

    /// <summary>What the file holds, in the order of its bytes.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Texts by name that stand beside the tensors; this library writes none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>A tensor's name, element type, shape, and where its elements begin behind the header.</summary>
    public sealed record Entry(string Name, ScalarType Type, long[] Shape, long Begin = 0)
    {
        public long Bytes { get; } = ByteCount(Type, Shape);

        public override string ToString() => $"{Name} {Type}[{string.Join(", ", Shape)}]";

        private static long ByteCount(ScalarType type, long[] shape)
        {
            Int128 bytes = TensorType.Size(type);
            foreach (var dimension in shape)
            {
                if (dimension < 0)
                    throw new InvalidDataException($"a dimension of {dimension} is impossible.");
                bytes *= Math.Max(dimension, 1);   // an empty tensor has strides too, and torch counts them so
                if (bytes > long.MaxValue)
                    throw new InvalidDataException($"a tensor of [{string.Join(", ", shape)}] is impossible.");
            }
            return shape.Contains(0) ? 0 : (long)bytes;
        }
    }

    /// <summary>Writes tensors of any device and memory order.</summary>
    /// <exception cref="NotSupportedException">A tensor could not be read again: its element type, its number of dimensions or its name.</exception>
    public static void Write(Stream stream, IEnumerable<(string Name, Tensor Tensor)> tensors)
        => Write(stream, [.. tensors.Select(entry => TensorData.Of(entry.Name, entry.Tensor))]);

    /// <summary>Writes tensors, those of large elements first: each then lies where a processor likes to read it.</summary>
    /// <exception cref="NotSupportedException">A tensor could not be read again: its element type, its number of dimensions or its name.</exception>
    public static void Write(Stream stream, IReadOnlyList<TensorData> tensors)
    {
        foreach (var tensor in tensors)
            CheckReadable(tensor);
        if (tensors.GroupBy(tensor => tensor.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var name })
            throw new NotSupportedException($"Two tensors are called '{name}'; only one can be saved.");
        TensorData[] inOrder = [.. tensors.OrderByDescending(tensor => TensorType.Size(tensor.Type))];   // a stable sort
        var header = Header(inOrder);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in inOrder)
            tensor.Write(stream);
    }

    /// <summary>Reads the names and shapes, and checks that what is left of the stream is as long as they say.</summary>
    /// <param name="stream">Stands at the file's first byte and can seek.</param>
    /// <exception cref="InvalidDataException">The stream holds something else, or is too short or too long for its tensors.</exception>
    public static TensorFile Open(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            throw new InvalidDataException("it is too short for a file of tensors.");
        var (length, left) = (BinaryPrimitives.ReadUInt64LittleEndian(prefix), stream.Length - stream.Position);
        if (length > LargestHeader || length > (ulong)left)
            throw new InvalidDataException(
                Invariant($"a header of {length:N0} bytes cannot be: {left:N0} bytes are left, and at most {LargestHeader:N0} are read."));
        var header = new byte[length];
        stream.ReadExactly(header);
        var metadata = new Dictionary<string, string>();
        var entries = ReadHeader(header, metadata);
        left -= header.Length;
        var needed = entries.Count == 0 ? 0 : entries[^1].Begin + entries[^1].Bytes;
        if (needed != left)
            throw new InvalidDataException(Invariant($"its tensors need {needed:N0} bytes, but {left:N0} are there: the file is cut short or was changed."));
        return new(stream, stream.Position, entries, metadata);
    }

    /// <summary>Checks that the file holds exactly the tensors that are expected, and copies them into it.</summary>
    /// <param name="targets">Tensors by name, in any order.</param>
    /// <param name="finite">Whether a value that is NaN or infinite is refused.</param>
    /// <exception cref="InvalidDataException">A name, type or shape differs, or a value is not finite.</exception>
    public void CopyTo(IReadOnlyList<(string Name, Tensor Tensor)> targets, bool finite = false)
    {
        Check(targets);
        var byName = targets.ToDictionary(target => target.Name, target => target.Tensor);
        foreach (var entry in Entries)
            CopyTo(byName[entry.Name], entry, finite);
    }

    /// <summary>Copies one of the file's tensors into another of its shape, which may be of another type or on another device.</summary>
    /// <param name="target">Gets the values.</param>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="finite">Whether a value that is NaN or infinite is refused.</param>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    public void CopyTo(Tensor target, Entry entry, bool finite = false)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        target = target.detach();
        // Straight into its memory where that is possible: the largest tensor is then not there twice.
        var direct = target.device.type == TorchSharp.DeviceType.CPU && target.is_contiguous() && target.dtype == entry.Type;
        var read = direct ? target : empty(entry.Shape, entry.Type);
        ReadInto(read, entry, finite);
        if (direct)
            return;
        var converted = read.to(target.dtype);
        if (finite && !TensorData.IsFinite(converted))   // a number may be finite in eight bytes and not in four
            throw new InvalidDataException($"'{entry.Name}' has a value that is too large for {target.dtype}.");
        target.copy_(converted);
    }

    /// <summary>Checks that the file holds exactly these tensors, without reading them; they may be on the META device.</summary>
    /// <exception cref="InvalidDataException">A name, type or shape differs.</exception>
    public void Check(IReadOnlyList<(string Name, Tensor Tensor)> targets)
    {
        var byName = targets.ToDictionary(target => target.Name, target => target.Tensor);
        foreach (var entry in Entries)
        {
            if (!byName.Remove(entry.Name, out var target))
                throw new InvalidDataException($"it holds {entry}, which is not expected here.");
            if (entry.Type != target.dtype || !entry.Shape.AsSpan().SequenceEqual(target.shape))
                throw new InvalidDataException($"it holds {entry} where {new Entry(entry.Name, target.dtype, target.shape)} is expected.");
        }
        if (byName.Count > 0)
            throw new InvalidDataException(
                $"it lacks '{byName.First().Key}', which is expected{(byName.Count > 1 ? $", and {byName.Count - 1} more" : "")}.");
    }

    /// <summary>Reads all tensors; the caller owns them, whatever dispose scope it is in.</summary>
    /// <param name="finite">Whether a value that is NaN or infinite is refused.</param>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    public IReadOnlyDictionary<string, Tensor> ReadAll(bool finite = false)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(Entries.Count);
        foreach (var entry in Entries)
            ReadInto(tensors[entry.Name] = empty(entry.Shape, entry.Type), entry, finite);
        scope.Detach(tensors.Values);
        return tensors;
    }

    /// <summary>Reads a vector of float32 into managed memory; torch is not needed.</summary>
    /// <exception cref="InvalidDataException">There is none of the name, or it is something else or too long.</exception>
    public float[] ReadVector(string name)
    {
        if (Entries is not [{ Type: ScalarType.Float32, Shape: [var length] } entry] || entry.Name != name || length > Array.MaxLength)
            throw new InvalidDataException(
                $"it holds {(Entries.Count == 0 ? "nothing" : string.Join(", ", Entries.Take(5)))} where the only tensor should be {name} Float32[n].");
        var values = new float[length];
        _stream.Position = _start + entry.Begin;
        for (var start = 0; start < values.Length; start += TensorData.ElementsAtOnce)
            _stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(TensorData.ElementsAtOnce, values.Length - start))));
        return values;
    }

    private void ReadInto(Tensor tensor, Entry entry, bool finite)
    {
        _stream.Position = _start + entry.Begin;
        foreach (var part in TensorData.Parts(tensor))
        {
            using var scope = NewDisposeScope();
            _stream.ReadExactly(part.bytes);
            if (finite && !TensorData.IsFinite(part))
                throw new InvalidDataException($"'{entry.Name}' has a value that is NaN or infinite.");
            if (entry.Type == ScalarType.Bool && part.bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new InvalidDataException($"'{entry.Name}' has a value that is neither true nor false.");
        }
    }

    private static void CheckReadable(TensorData tensor)
    {
        if (tensor.Shape.Length > MaxRank)
            throw new NotSupportedException($"Tensor '{tensor.Name}' has {tensor.Shape.Length} dimensions; at most {MaxRank} can be saved.");
        if (Encoding.UTF8.GetByteCount(tensor.Name) is 0 or > MaxNameBytes || tensor.Name == MetadataName)
            throw new NotSupportedException(
                $"Tensor '{tensor.Name}' has a name that cannot be saved: it must have 1 to {MaxNameBytes} bytes, and not be '{MetadataName}'.");
        if (TensorType.CodeOf(tensor.Type) is null)
            throw new NotSupportedException($"Tensor '{tensor.Name}' holds {tensor.Type}, which cannot be saved. Convert it to Float32 first.");
    }

    private static byte[] Header(IEnumerable<TensorData> tensors)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            long begin = 0;
            foreach (var tensor in tensors)
            {
                var end = begin + new Entry(tensor.Name, tensor.Type, tensor.Shape).Bytes;
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", TensorType.CodeOf(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [begin, end]);
                json.WriteEndObject();
                begin = end;
            }
            json.WriteEndObject();
        }
        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        return header.Length <= LargestHeader
            ? header.ToArray()
            : throw new NotSupportedException(Invariant($"The names and shapes take {header.Length:N0} bytes; at most {LargestHeader:N0} can be saved."));
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    // By the tokens and not by a document, which would take several times the header's memory.
    private static List<Entry> ReadHeader(ReadOnlySpan<byte> header, Dictionary<string, string> metadata)
    {
        var found = new List<(Entry Entry, long End)>();
        try
        {
            if (header is not [(byte)'{', ..])
                throw new InvalidDataException("its header does not begin with '{'.");
            var json = new Utf8JsonReader(header, _strict);
            json.Read();
            var names = new HashSet<string>();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString()!;
                if (!names.Add(name))
                    throw new InvalidDataException($"it holds '{name}' more than once.");
                json.Read();
                if (name == MetadataName)
                    ReadMetadata(ref json, metadata);
                else
                    found.Add(ReadEntry(ref json, name));
            }
            json.Read();   // throws for anything behind the object but white space
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)   // text that is no JSON, no UTF-8, or of another kind
        {
            throw new InvalidDataException($"its header cannot be read: {e.Message}");
        }
        found.Sort((a, b) => (a.Entry.Begin, a.End).CompareTo((b.Entry.Begin, b.End)));
        long end = 0;
        foreach (var (entry, entryEnd) in found)
        {
            if (entry.Begin != end || (Int128)entryEnd - entry.Begin != entry.Bytes)
                throw new InvalidDataException(
                    Invariant($"{entry} takes {entry.Bytes:N0} bytes from {end:N0} on, but its offsets are {entry.Begin:N0} and {entryEnd:N0}."));
            end = entryEnd;
        }
        return found.ConvertAll(pair => pair.Entry);
    }

    private static (Entry Entry, long End) ReadEntry(ref Utf8JsonReader json, string name)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > MaxNameBytes)
            throw new InvalidDataException($"a tensor's name of {name.Length} characters is impossible.");
        if (json.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"'{name}' is no description of a tensor.");
        (string? code, long[]? shape, long[]? offsets) = (null, null, null);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var property = json.GetString();
            json.Read();
            switch (property)
            {
                case "dtype" when code is null:
                    code = json.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref json, MaxRank, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref json, 2, name);
                    break;
                default:
                    throw new InvalidDataException($"'{name}' has a '{property}' that is unknown, or there twice.");
            }
        }
        if (code is null || shape is null || offsets is not [var begin, var end])
            throw new InvalidDataException($"'{name}' lacks its dtype, its shape or its two data_offsets.");
        var type = TensorType.Of(code) ?? throw new InvalidDataException($"'{name}' has elements of type {code}, which this library does not read.");
        return (new(name, type, shape, begin), end);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader json, int most, string name)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw new InvalidDataException($"'{name}' has a shape or data_offsets that are no list of numbers.");
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most)
                throw new InvalidDataException($"'{name}' has a list of more than {most} numbers.");
            numbers.Add(json.GetInt64());
        }
        return [.. numbers];
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"its {MetadataName} are no texts by name.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            if (!json.Read() || json.TokenType != JsonTokenType.String)
                throw new InvalidDataException($"its {MetadataName} are no texts by name.");
            metadata[name] = json.GetString()!;
        }
    }
}
