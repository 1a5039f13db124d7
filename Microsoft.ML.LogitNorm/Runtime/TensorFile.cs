using System.Text;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A sequence of named tensors in a stream. Nothing is allocated for a tensor before the stream is known to hold its bytes, so a
/// damaged or hostile file costs at most its own size.
/// </summary>
/// <remarks>
/// Layout, little endian: "LNTENSOR", count (int32), then per tensor: name (length-prefixed UTF-8), element type (byte), rank (byte),
/// dimensions (int64 each); after all of them the elements of each in turn, row-major.
/// </remarks>
internal sealed class TensorFile
{
    private const int MaxNameBytes = 512;
    private const int MaxRank = 8;
    private const long ElementsAtOnce = 1 << 24;
    private static readonly byte[] _magic = "LNTENSOR"u8.ToArray();

    private readonly BinaryReader _reader;

    private TensorFile(BinaryReader reader, IReadOnlyList<Entry> entries) => (_reader, Entries) = (reader, entries);

    /// <summary>What the file holds, in order.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>A tensor's name, element type and shape.</summary>
    public sealed record Entry(string Name, ScalarType Type, long[] Shape)
    {
        public long Bytes { get; } = ByteCount(Type, Shape);

        public override string ToString() => $"{Name} {Type}[{string.Join(", ", Shape)}]";

        private static long ByteCount(ScalarType type, long[] shape)
        {
            Int128 bytes = ElementSize(type);
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
    public static void Write(BinaryWriter writer, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        foreach (var (name, tensor) in tensors)
            CheckReadable(name, tensor);
        writer.Write(_magic);
        writer.Write(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            writer.Write((ushort)utf8.Length);
            writer.Write(utf8);
            writer.Write((byte)tensor.dtype);
            writer.Write((byte)tensor.dim());
            foreach (var dimension in tensor.shape)
                writer.Write(dimension);
        }
        foreach (var (_, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            foreach (var part in Parts(tensor.detach().cpu().contiguous()))
                writer.Write(part.bytes);
        }
    }

    /// <summary>Reads the names and shapes, and checks that the stream is as long as they say.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else, or is too short or too long for its tensors.</exception>
    /// <exception cref="EndOfStreamException">The stream ends among the names and shapes.</exception>
    public static TensorFile Open(BinaryReader reader)
    {
        if (!reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic))
            throw new InvalidDataException("it does not start with the mark of a tensor file.");
        var count = reader.ReadInt32();
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (count < 0 || count > left / 4)   // an entry takes at least four bytes
            throw new InvalidDataException(Invariant($"{count:N0} tensors cannot stand in the {left:N0} bytes that are left."));
        var entries = new List<Entry>();
        for (var i = 0; i < count; i++)
            entries.Add(ReadEntry(reader));
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var name })
            throw new InvalidDataException($"it holds '{name}' more than once.");
        left = reader.BaseStream.Length - reader.BaseStream.Position;
        var needed = entries.Aggregate(Int128.Zero, (sum, entry) => sum + entry.Bytes);
        if (needed != left)
            throw new InvalidDataException(Invariant($"its tensors need {needed:N0} bytes, but {left:N0} are there: the file is cut short or was changed."));
        return new(reader, entries);
    }

    /// <summary>Checks that the file holds exactly the tensors that a network has, and copies them into it.</summary>
    /// <exception cref="InvalidDataException">A name, type or shape differs.</exception>
    public void CopyTo(IReadOnlyList<(string Name, Tensor Tensor)> targets)
    {
        Check(targets);
        foreach (var (entry, (_, target)) in Entries.Zip(targets))
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            target.copy_(Read(entry));
        }
    }

    /// <summary>Checks that the file holds exactly these tensors, without reading them; they may be on the META device.</summary>
    /// <exception cref="InvalidDataException">A name, type or shape differs.</exception>
    public void Check(IReadOnlyList<(string Name, Tensor Tensor)> targets)
    {
        if (Entries.Count != targets.Count)
            throw new InvalidDataException($"it holds {Entries.Count} tensors; the network has {targets.Count}.");
        foreach (var (entry, (name, target)) in Entries.Zip(targets))
        {
            var expected = new Entry(name, target.dtype, target.shape);
            if (entry.Name != expected.Name || entry.Type != expected.Type || !entry.Shape.AsSpan().SequenceEqual(expected.Shape))
                throw new InvalidDataException($"it holds {entry} where the network has {expected}.");
        }
    }

    /// <summary>Reads all tensors; the caller owns them, whatever dispose scope it is in.</summary>
    public IReadOnlyDictionary<string, Tensor> ReadAll()
    {
        using var scope = NewDisposeScope();
        var tensors = Entries.ToDictionary(entry => entry.Name, Read);
        scope.Detach(tensors.Values);
        return tensors;
    }

    private Tensor Read(Entry entry)
    {
        var tensor = empty(entry.Shape, entry.Type);
        using var scope = NewDisposeScope();
        foreach (var part in Parts(tensor))
            _reader.BaseStream.ReadExactly(part.bytes);
        return tensor;
    }

    // A span, which is how the elements are reached, ends at 2 GB; a bank of training rows may not.
    private static IEnumerable<Tensor> Parts(Tensor tensor)
    {
        var flat = tensor.view(-1);
        for (long start = 0; start < flat.shape[0]; start += ElementsAtOnce)
            yield return flat.narrow(0, start, Math.Min(ElementsAtOnce, flat.shape[0] - start));
    }

    private static void CheckReadable(string name, Tensor tensor)
    {
        if (tensor.dim() > MaxRank)
            throw new NotSupportedException($"Tensor '{name}' has {tensor.dim()} dimensions; at most {MaxRank} can be saved.");
        if (Encoding.UTF8.GetByteCount(name) is 0 or > MaxNameBytes)
            throw new NotSupportedException($"Tensor '{name}' has a name that cannot be saved: it must have 1 to {MaxNameBytes} bytes.");
        if (!IsWritten(tensor.dtype))
            throw new NotSupportedException($"Tensor '{name}' holds {tensor.dtype}, which cannot be saved. Convert it to Float32 first.");
    }

    private static Entry ReadEntry(BinaryReader reader)
    {
        var length = reader.ReadUInt16();
        if (length is 0 or > MaxNameBytes)
            throw new InvalidDataException($"a tensor's name of {length} bytes is impossible.");
        var name = reader.ReadBytes(length);
        if (name.Length < length)
            throw new EndOfStreamException("it ends inside a tensor's name.");
        var type = (ScalarType)reader.ReadSByte();
        var rank = reader.ReadByte();
        if (rank > MaxRank)
            throw new InvalidDataException($"a tensor of {rank} dimensions is impossible.");
        var shape = new long[rank];
        foreach (ref var dimension in shape.AsSpan())
            dimension = reader.ReadInt64();
        return new(Encoding.UTF8.GetString(name), type, shape);
    }

    private static bool IsWritten(ScalarType type)
        => type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool or ScalarType.Float32 or ScalarType.Int32 or ScalarType.Float64 or ScalarType.Int64;

    private static int ElementSize(ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float64 or ScalarType.Int64 => 8,
        _ => throw new InvalidDataException($"element type {(int)type} is not one that this library writes."),
    };
}
