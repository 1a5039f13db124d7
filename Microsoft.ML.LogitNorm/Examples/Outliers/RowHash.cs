using System.Buffers.Binary;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Tells rows that are the same, bit for bit, without keeping them: half of their SHA-256.</summary>
internal static class RowHash
{
    /// <summary>The hash of each row.</summary>
    /// <param name="rows">[N, …], contiguous, on the CPU.</param>
    public static IEnumerable<UInt128> Of(Tensor rows)
    {
        for (long row = 0; row < rows.shape[0]; row++)
            yield return OfRow(rows, row);
    }

    private static UInt128 OfRow(Tensor rows, long row)
    {
        using var scope = NewDisposeScope();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(rows.narrow(0, row, 1).view(-1).bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
