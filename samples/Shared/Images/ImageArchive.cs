using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shared.CommandLine;
using Shared.Files;

namespace Shared.Images;

/// <summary>Unpacks the images of a zip file once, and remembers where.</summary>
/// <remarks>
/// Only image files are unpacked. No entry can leave the target folder, and sizes are counted as they are written, not as the archive claims.
/// </remarks>
public static class ImageArchive
{
    /// <summary>The file, beside the images, with the names of all that was not unpacked.</summary>
    public const string SkippedName = "quickstart.skipped.json";

    /// <summary>What an archive may at most hold.</summary>
    /// <param name="Images">Number of images.</param>
    /// <param name="ImageBytes">Bytes of one image file.</param>
    /// <param name="TotalBytes">Bytes of all image files together.</param>
    public sealed record Limits(int Images = 2_000_000, long ImageBytes = 256L << 20, long TotalBytes = 32L << 30);

    /// <summary>The folder with the archive's images; unpacked below <paramref name="cache"/> if it is not there yet.</summary>
    /// <exception cref="InputException">The file is no zip archive, holds no images, is too large, or names a file outside the target folder.</exception>
    public static string Unpack(string zip, string cache, Limits? limits = null, CancellationToken cancellation = default)
    {
        var file = new FileInfo(zip);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.FullName)))[..12];
        var folder = Path.Combine(cache, $"{Path.GetFileNameWithoutExtension(zip)}-{key}");
        try
        {
            StagedFolder.Write(
                folder,
                $"{file.Name} {file.Length} {file.LastWriteTimeUtc:O}, with {SkippedName}",
                target => Extract(zip, target, limits ?? new(), cancellation));
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"'{zip}' cannot be unpacked: {e.Message}", e);
        }

        return folder;
    }

    /// <summary>What the archive of an unpacked folder holds beside the images.</summary>
    /// <param name="folder">What <see cref="Unpack"/> gave.</param>
    public static IEnumerable<(LeftOutReason Reason, string Name)> Skipped(string folder)
        => from name in JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder, SkippedName)))!
           let hidden = EntryName.HiddenPart(EntryName.Parts(name))
           select hidden is null ? (LeftOutReason.OtherType, name) : (LeftOutReason.Hidden, hidden);

    private static void Extract(string zip, string target, Limits limits, CancellationToken cancellation)
    {
        using var archive = ZipFile.OpenRead(zip);
        var images = 0;
        var skipped = new List<string>();
        var budget = limits.TotalBytes;
        var buffer = new byte[1 << 16];
        foreach (var entry in archive.Entries)
        {
            var parts = EntryName.Parts(entry.FullName);
            if (!EntryName.IsImage(parts))
            {
                if (entry.Name.Length > 0)   // not a folder
                    skipped.Add(entry.FullName);
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            if (++images > limits.Images)
                throw new InvalidDataException($"it holds more than {limits.Images:N0} images.");
            budget -= Copy(entry, Path.Combine([target, .. parts]), Math.Min(limits.ImageBytes, budget), buffer);
        }

        if (images == 0)
            throw new InvalidDataException($"it holds no images ({string.Join(", ", ImageFiles.Extensions)}).");
        File.WriteAllText(Path.Combine(target, SkippedName), JsonSerializer.Serialize(skipped));
    }

    private static long Copy(ZipArchiveEntry entry, string path, long most, byte[] buffer)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path))
            throw new InvalidDataException($"it holds '{entry.FullName}' twice.");
        using var from = entry.Open();
        using var to = File.Create(path);
        long written = 0;
        while (from.Read(buffer) is var read && read > 0)
        {
            if ((written += read) > most)
                throw new InvalidDataException($"it is too large; '{entry.FullName}' passes the limit.");
            to.Write(buffer, 0, read);
        }

        return written;
    }
}
