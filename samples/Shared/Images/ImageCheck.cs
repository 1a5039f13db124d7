using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Shared.CommandLine;

namespace Shared.Images;

/// <summary>Which images can be used.</summary>
/// <param name="Readable">Images that decode, in their old order.</param>
/// <param name="Unreadable">Images that do not, with the reason.</param>
public sealed record ImageCheck(IReadOnlyList<LabeledImage> Readable, IReadOnlyList<UnreadableImage> Unreadable)
{
    /// <summary>Decodes every image in full, as a file that was cut off half-way opens like any other.</summary>
    /// <param name="images">The images.</param>
    /// <param name="what">What the images are, as <c>--data photos</c>, for the error.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="InputException">None can be decoded.</exception>
    public static ImageCheck Decode(IReadOnlyList<LabeledImage> images, string what, CancellationToken cancellation = default)
    {
        var reasons = WhyUnreadable(images, cancellation);
        var check = new ImageCheck(
            [.. images.Where((_, i) => reasons[i].Length == 0)],
            [.. images.Zip(reasons).Where(pair => pair.Second.Length > 0).Select(pair => new UnreadableImage(pair.First.Path, pair.Second))]);
        return check.Readable.Count > 0 ? check : throw new InputException(images.Count == 0
            ? $"{what}: there are no images."
            : $"{what}: none of the {images.Count:N0} images can be read. The first: {check.Unreadable[0].Reason}");
    }

    /// <summary>The images that decode; the others are reported.</summary>
    /// <inheritdoc cref="Decode"/>
    public static IReadOnlyList<LabeledImage> Keep(
        IReadOnlyList<LabeledImage> images, string what, Action<UnreadableImage> unreadable, CancellationToken cancellation = default)
    {
        var check = Decode(images, what, cancellation);
        foreach (var image in check.Unreadable)
            unreadable(image);
        return check.Readable;
    }

    /// <summary>Why each image cannot be read, as a pipeline that reads it would say; "" where it can.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Stops between two images.</param>
    public static IReadOnlyList<string> WhyUnreadable(IReadOnlyList<LabeledImage> images, CancellationToken cancellation = default)
    {
        const int Small = 8;   // decoded at a smaller scale where the format can
        var ml = new MLContext();
        var rows = ml.Transforms.ReadImages("Image", Small, Small, "ImagePath", onError: ImageErrorMode.Mark)
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()))
            .Transform(ml.Data.LoadFromEnumerable(images.Select(image =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new ImageRow { ImagePath = image.Path };
            })));
        return [.. ml.Data.CreateEnumerable<Checked>(rows, reuseRowObject: false).Select(row => row.ImageError)];
    }

    private sealed class Checked
    {
        public string ImageError { get; set; } = "";
    }
}
