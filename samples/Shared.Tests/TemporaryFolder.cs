using System.IO.Compression;
using Shared.Painting;

namespace Shared.Tests;

/// <summary>A folder of a test's own, deleted after it, with ways to put images into it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("samples-tests-").FullName;

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Writes a small image for every name, for example <c>train/cat/1.png</c>: noise, and another for each name.</summary>
    public TemporaryFolder WithImages(params string[] names)
    {
        foreach (var name in names)
            Write(name, Png(name));
        return this;
    }

    public string Write(string name, byte[] content)
    {
        var path = At(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes a zip file with a small image under every name, whatever the name is.</summary>
    public string Zip(string zip, params string[] names)
    {
        using var archive = ZipFile.Open(At(zip), ZipArchiveMode.Create);
        foreach (var name in names)
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(Png(name));
        }

        return At(zip);
    }

    private static byte[] Png(string name) => NoisePainter.Uniform(8, new(1, name)).EncodePng();

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
