using System.Security.Cryptography;

namespace LogitNormTool.Scoring;

/// <summary>The SHA-256 of a list of names, each with a line feed behind it.</summary>
internal sealed class NameHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // Names are short, and a call for each would cost more than their hash.
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _filled;

    public void Add(ReadOnlySpan<byte> name)
    {
        Append(name);
        Append("\n"u8);
    }

    public string Finish()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _filled)
            Flush();
        if (bytes.Length > _buffer.Length)
        {
            _hash.AppendData(bytes);
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _filled);
        _filled = 0;
    }
}
