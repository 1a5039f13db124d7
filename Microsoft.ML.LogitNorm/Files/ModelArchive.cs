using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Looks once at a whole model file, of which this library wrote only parts: .NET and ML.NET compare no checksum when they read a zip.</summary>
internal static class ModelArchive
{
    /// <summary>
    /// Zip's compression makes up to a thousand bytes of one; no model shrinks like that. So much may be unpacked of a file at most, as a multiple of its
    /// largest entry's bytes in the file, and on top of it.
    /// </summary>
    /// <remarks>
    /// Of what the zip's directory claims, .NET compares with the file only where an entry's bytes lie, and only when the entry is opened; entries may share
    /// bytes. So all are opened, and no more than the largest of them is counted as the file's own size.
    /// </remarks>
    public const long LargestRatio = 100, LargestRest = 256 << 20;

    private static readonly ConditionalWeakTable<RepositoryReader, object> _checked = [];

    /// <summary>Compares the CRC-32 of each entry that has no hash of ours; each file is looked at once, when the first of our parts is read from it.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged, or all of them would take far more room than the file does.</exception>
    public static void Check(RepositoryReader? repository)
    {
        if (repository is null || _checked.TryGetValue(repository, out _))
            return;
        var entries = Archive(repository).Entries;
        foreach (var entry in entries)
            CheckExtent(entry);
        // An entry that is stored as it is gives all its bytes, whatever length is claimed.
        var unpacked = entries.Aggregate(Int128.Zero, (sum, entry) => sum + Math.Max(entry.Length, entry.CompressedLength));
        CheckSize(unpacked, entries.Max(entry => entry.CompressedLength));
        var hashed = entries.Where(entry => entry.Name == ModelWriter.Hashes).Select(Folder).ToHashSet();
        foreach (var entry in entries)
            if (!hashed.Contains(Folder(entry)) || entry.Name == ModelLoadContext.ModelStreamName)   // the header is ML.NET's, written when the hashes are
                CheckSum(entry);
        _checked.Add(repository, repository);
    }

    /// <exception cref="InvalidDataException">So many bytes are not unpacked of so few.</exception>
    /// <param name="unpacked">Bytes of all entries.</param>
    /// <param name="packed">Bytes in the file of the largest entry.</param>
    internal static void CheckSize(Int128 unpacked, Int128 packed)
    {
        if (unpacked > (packed * LargestRatio) + LargestRest)
            throw new InvalidDataException(
                Invariant($"This model file is no model: {unpacked:N0} bytes unpacked are over {LargestRatio} times the {packed:N0} of its largest entry."));
    }

    // .NET compares where the bytes lie with the file's length when it opens an entry, in 64 bits that may overflow.
    private static void CheckExtent(ZipArchiveEntry entry) => Open(entry, _ =>
    {
        if (entry.CompressedLength > long.MaxValue / 2)
            throw new InvalidDataException(Invariant($"no file holds the {entry.CompressedLength:N0} bytes that the zip's directory says."));
    });

    private static void CheckSum(ZipArchiveEntry entry) => Open(entry, stream =>
    {
        var crc = new Crc32();
        crc.Append(stream);
        if (crc.GetCurrentHashAsUInt32() is var found && found != entry.Crc32)
            throw new InvalidDataException(Invariant($"its CRC-32 is {found:x8}, and the zip's directory says {entry.Crc32:x8}."));
    });

    private static void Open(ZipArchiveEntry entry, Action<Stream> look)
    {
        try
        {
            using var stream = entry.Open();
            look(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"This model file is damaged: entry '{entry.FullName}': {e.Message} Load another copy of the file.");
        }
    }

    // ML.NET writes the separators of the system that it runs on.
    private static string Folder(ZipArchiveEntry entry) => entry.FullName[..(entry.FullName.LastIndexOfAny(['/', '\\']) + 1)];

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryReader repository);
}
