using System.Security.Cryptography;

namespace PaperBenchmark.Datasets.Download;

/// <summary>What a file's bytes must hash to.</summary>
/// <param name="Kind">SHA-256, or MD5 where nothing better is published: that finds accidents, not attacks.</param>
/// <param name="Hex">The hash, in lower-case hexadecimal digits.</param>
/// <param name="Source">Who published it.</param>
internal sealed record Checksum(HashAlgorithmName Kind, string Hex, string Source)
{
    public static Checksum Sha256(string hex, string source) => new(HashAlgorithmName.SHA256, hex, source);

    public static Checksum Md5(string hex, string source) => new(HashAlgorithmName.MD5, hex, source);

    /// <summary>The hash of a file, to compare with <see cref="Hex"/>.</summary>
    public async Task<string> Of(string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(Kind);
        await using var file = File.OpenRead(path);
        var buffer = new byte[1 << 20];
        while (await file.ReadAsync(buffer, cancellation) is var read && read > 0)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public override string ToString() => $"{Kind.Name} {Hex}";
}
