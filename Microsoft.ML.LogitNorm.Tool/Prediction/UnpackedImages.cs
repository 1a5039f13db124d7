using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary>Images from files, folders and zips, for as long as they are looked at; a folder of one's own for what is unpacked goes with it.</summary>
internal sealed class UnpackedImages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logitnorm-");

    public UnpackedImages() => Source = new(_folder.FullName);

    /// <summary>Opens paths, and keeps account of what is left out of them.</summary>
    public ImageSource Source { get; }

    /// <summary>Why each image cannot be read, as the model would say; "" where it can.</summary>
    public static IReadOnlyList<string> WhyUnreadable(MLContext ml, IReadOnlyList<LabeledImage> images, CancellationToken cancellation)
    {
        const int Small = 8;   // decoded at a smaller scale where the format can
        var rows = ml.Transforms.ReadImages("Image", Small, Small, "ImagePath", onError: ImageErrorMode.Mark)
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()))
            .Transform(ml.Data.LoadFromEnumerable(images.Select(image =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new ImageRow { ImagePath = image.Path };
            })));
        return [.. ml.Data.CreateEnumerable<Checked>(rows, reuseRowObject: false).Select(row => row.ImageError)];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private sealed class Checked
    {
        public string ImageError { get; set; } = "";
    }
}
