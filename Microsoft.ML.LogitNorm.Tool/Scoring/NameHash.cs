using System.Security.Cryptography;

namespace LogitNormTool.Scoring;

/// <summary>The hash of a list of names, one after the other.</summary>
internal sealed class NameHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(ReadOnlySpan<byte> name)
    {
        _hash.AppendData(name);
        _hash.AppendData("\n"u8);
    }

    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
