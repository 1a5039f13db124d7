using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Checks the state of a random number generator that was read from a file: torch ends the process on one that it does not like, or reads beyond its end.
/// </summary>
/// <remarks>
/// libtorch 2.10's layout on the CPU, where all of a training's generators are, little endian. A Mersenne Twister of 624 words: seed (uint64), numbers left in
/// the block (int32), whether it was seeded (int32), place of the next number (uint64), the words (uint64 each, of which 32 bits are used); then what is left
/// of a pair of normally distributed numbers: three doubles, whether they are one (int32, and 4 bytes of nothing), a float, whether it is one (byte, and 3 of
/// nothing).
/// </remarks>
internal static class GeneratorState
{
    private const int Words = 624;
    private const int LeftAt = 8, SeededAt = 12, NextAt = 16, WordsAt = 24;
    private const int NormalAt = WordsAt + (Words * sizeof(ulong));
    private const int IsNormalAt = NormalAt + (3 * sizeof(double)), SingleAt = IsNormalAt + 8, IsSingleAt = SingleAt + sizeof(float);
    private const int Bytes = SingleAt + 8;

    /// <summary>Checks a state, before it is set.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="state">A tensor of bytes, on the CPU.</param>
    /// <exception cref="InvalidDataException">No generator could have been in it.</exception>
    public static void Check(string name, Tensor state)
    {
        if (state.dtype != ScalarType.Byte || state.dim() != 1 || state.shape[0] != Bytes || !IsMersenneTwister(state.bytes))
            throw new InvalidDataException($"'{name}' is no state of a random number generator.");
    }

    private static bool IsMersenneTwister(ReadOnlySpan<byte> bytes)
    {
        var (left, next) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[LeftAt..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[NextAt..]));
        // Nothing was drawn yet, or the numbers drawn of the block and those left are all of it. Else torch would read beyond the block.
        if (!((left, next) is (1, 0) || (left is >= 1 and <= Words && next == (ulong)(Words + 1 - left))))
            return false;
        for (var word = 0; word < Words; word++)
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[(WordsAt + (word * sizeof(ulong)))..]) > uint.MaxValue)
                return false;
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[SeededAt..]) == 1
            && IsFlag(
                BinaryPrimitives.ReadInt32LittleEndian(bytes[IsNormalAt..]),
                double.IsFinite(BinaryPrimitives.ReadDoubleLittleEndian(bytes[(NormalAt + 8)..])))
            && IsFlag(bytes[IsSingleAt], float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(bytes[SingleAt..])));

        static bool IsFlag(int value, bool isNumber) => value == 0 || (value == 1 && isNumber);
    }
}
