using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Files;

/// <summary>Reads numeric arrays from MATLAB files of level 5, as MATLAB's <c>save -v6</c> and <c>-v7</c> and SciPy write them.</summary>
/// <remarks>
/// A header of 128 bytes, then elements of a type, a length and a content; an array is an element that holds others, and may be packed with zlib.
/// MathWorks, "MAT-File Format", the chapter on level 5. Files of version 7.3, which are HDF5, and big-endian ones are refused by name.
/// </remarks>
internal static class MatFile
{
    private const int HeaderBytes = 128;
    private const int Matrix = 14;
    private const int Compressed = 15;
    private const int HighestNumericClass = 15;
    private const int LowestNumericClass = 6;

    /// <summary>Reads the arrays of some names; others are skipped.</summary>
    /// <exception cref="InputException">The file is of another format, ends too early, or lacks one of the arrays.</exception>
    public static IReadOnlyDictionary<string, MatArray> Read(string path, params IReadOnlyList<string> names)
    {
        try
        {
            using var file = File.OpenRead(path);
            RequireLevel5(file);
            var arrays = new Dictionary<string, MatArray>();
            while (arrays.Count < names.Count && file.Position < file.Length)
            {
                if (ReadArray(file, names) is { } array)
                    arrays.TryAdd(array.Name, array);
            }

            return names.FirstOrDefault(name => !arrays.ContainsKey(name)) is { } missing
                ? throw new InvalidDataException($"it holds no array '{missing}'.")
                : arrays;
        }
        catch (EndOfStreamException e)
        {
            throw new InputException($"'{path}' cannot be read: it ends too early. Fetch or copy it again.", e);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private static void RequireLevel5(Stream file)
    {
        var header = new byte[HeaderBytes];
        file.ReadExactly(header);
        var text = Encoding.ASCII.GetString(header, 0, 116);
        if (text.StartsWith("MATLAB 7.3", StringComparison.Ordinal) || header.AsSpan(1, 3).SequenceEqual("HDF"u8))
            throw new InvalidDataException("it is a MATLAB file of version 7.3 (HDF5); expected level 5. Save it again with -v7.");
        if (header.AsSpan(126, 2).SequenceEqual("MI"u8))
            throw new InvalidDataException("it is a big-endian MATLAB file; expected little-endian.");
        if (!header.AsSpan(126, 2).SequenceEqual("IM"u8) || header[125] != 1)
            throw new InvalidDataException("it is no MATLAB file of level 5.");
    }

    private static MatArray? ReadArray(Stream file, IReadOnlyList<string> names)
    {
        Span<byte> tag = stackalloc byte[8];
        file.ReadExactly(tag);
        var (type, length) = (BinaryPrimitives.ReadInt32LittleEndian(tag), BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]));
        var end = file.Position + length;
        if (end > file.Length)
            throw new EndOfStreamException();
        MatArray? array = null;
        if (type == Compressed)
        {
            using var packed = new ZLibStream(file, CompressionMode.Decompress, leaveOpen: true);
            packed.ReadExactly(tag);
            if (BinaryPrimitives.ReadInt32LittleEndian(tag) == Matrix)
                array = ReadMatrix(packed, names);
        }
        else if (type == Matrix)
        {
            array = ReadMatrix(file, names);
        }

        file.Position = end;   // what was skipped, and what zlib read ahead
        return array;
    }

    private static MatArray? ReadMatrix(Stream stream, IReadOnlyList<string> names)
    {
        var flags = ReadElement(stream, most: 8).Content;
        var dimensions = ReadElement(stream, most: 4 * 16).Content;
        var name = Encoding.ASCII.GetString(ReadElement(stream, most: 1 << 10).Content);
        if (flags.Length == 0 || !names.Contains(name))
            return null;
        if (flags.Length < 2 || dimensions.Length % 4 != 0)
            throw new InvalidDataException($"the head of its array '{name}' is damaged.");
        if (flags[0] is < LowestNumericClass or > HighestNumericClass || (flags[1] & 0x08) != 0)
            throw new InvalidDataException($"its array '{name}' is not one of real numbers.");
        int[] sizes = [.. dimensions.Chunk(4).Select(bytes => BitConverter.ToInt32(bytes))];
        var count = sizes.Aggregate(1L, (product, size) => size < 0 || product > int.MaxValue ? -1 : product * size);
        if (count is < 0 or > int.MaxValue)
            throw new InvalidDataException($"its array '{name}' claims {string.Join('×', sizes)} numbers.");
        var (type, content) = ReadElement(stream, most: Math.Min(int.MaxValue, 8 * count));
        return new(name, sizes, (MatNumber)type, content);
    }

    private static (int Type, byte[] Content) ReadElement(Stream stream, long most)
    {
        Span<byte> tag = stackalloc byte[8];
        stream.ReadExactly(tag);
        var type = BinaryPrimitives.ReadInt32LittleEndian(tag);
        if (type >> 16 is > 0 and <= 4 and var small)   // up to four bytes lie within the tag
            return (type & 0xffff, tag.Slice(4, small).ToArray());
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]);
        if (length > most)
            throw new InvalidDataException($"one of its elements claims {length:N0} bytes; expected at most {most:N0}.");
        var content = new byte[length];
        stream.ReadExactly(content);
        Span<byte> padding = stackalloc byte[(int)((8 - length % 8) % 8)];
        stream.ReadExactly(padding);
        return (type, content);
    }
}
