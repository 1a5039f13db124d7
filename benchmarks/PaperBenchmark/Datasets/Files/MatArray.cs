using System.Buffers.Binary;

namespace PaperBenchmark.Datasets.Files;

/// <summary>An array of a MATLAB file.</summary>
internal sealed class MatArray
{
    private readonly MatNumber _type;
    private readonly byte[] _content;

    /// <param name="name">The array's name.</param>
    /// <param name="dimensions">Its sizes; the first index runs fastest.</param>
    /// <param name="type">How its numbers are stored, which may be smaller than the array's own type.</param>
    /// <param name="content">The numbers.</param>
    /// <exception cref="InvalidDataException">There are not as many numbers as the sizes say, or they are of no known type.</exception>
    public MatArray(string name, IReadOnlyList<int> dimensions, MatNumber type, byte[] content)
    {
        (Name, Dimensions, _type, _content) = (name, dimensions, type, content);
        var count = dimensions.Aggregate(1L, (product, size) => product * size);
        if (content.Length != count * Bytes)
            throw new InvalidDataException($"its array '{name}' of {string.Join('×', dimensions)} numbers has {content.Length:N0} bytes of type {type}.");
    }

    public string Name { get; }

    public IReadOnlyList<int> Dimensions { get; }

    private int Bytes => _type switch
    {
        MatNumber.Int8 or MatNumber.UInt8 => 1,
        MatNumber.Int16 or MatNumber.UInt16 => 2,
        MatNumber.Int32 or MatNumber.UInt32 or MatNumber.Single => 4,
        MatNumber.Double => 8,
        _ => throw new InvalidDataException($"its array '{Name}' holds numbers of type {(int)_type}, which is not supported."),
    };

    /// <summary>The values of an array of bytes.</summary>
    /// <exception cref="InvalidDataException">It holds other numbers.</exception>
    public ReadOnlySpan<byte> ToBytes()
        => _type == MatNumber.UInt8 ? _content : throw new InvalidDataException($"its array '{Name}' is of type {_type}; expected {MatNumber.UInt8}.");

    /// <summary>The values, whatever they are stored as.</summary>
    public double[] ToDoubles()
    {
        var values = new double[_content.Length / Bytes];
        for (var i = 0; i < values.Length; i++)
        {
            var at = _content.AsSpan(i * Bytes);
            values[i] = _type switch
            {
                MatNumber.Int8 => (sbyte)at[0],
                MatNumber.UInt8 => at[0],
                MatNumber.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
                MatNumber.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                MatNumber.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
                MatNumber.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                MatNumber.Single => BinaryPrimitives.ReadSingleLittleEndian(at),
                _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
            };
        }

        return values;
    }
}
