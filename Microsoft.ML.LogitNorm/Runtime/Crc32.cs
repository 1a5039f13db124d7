namespace Microsoft.ML.LogitNorm;

/// <summary>The checksum of zip files: CRC-32 of the polynomial 0xEDB88320, bits reversed. .NET has it in a package of its own only.</summary>
internal static class Crc32
{
    private static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (crc, _) => (crc >> 1) ^ ((crc & 1) * 0xEDB88320)))];

    /// <summary>Reads a stream to its end.</summary>
    public static uint Of(Stream stream)
    {
        var crc = uint.MaxValue;
        var buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
            foreach (var value in buffer.AsSpan(0, count))
                crc = _table[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }
}
