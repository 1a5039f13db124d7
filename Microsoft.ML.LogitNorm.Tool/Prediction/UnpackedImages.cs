using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary>Images from files, folders and zips, for as long as they are looked at; a folder of one's own for what is unpacked goes with it.</summary>
internal sealed class UnpackedImages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitnorm-");

    public UnpackedImages() => Source = new(_folder.FullName);

    /// <summary>Opens paths, and keeps account of what is left out of them.</summary>
    public ImageSource Source { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
