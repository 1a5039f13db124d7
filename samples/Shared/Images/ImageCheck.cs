using Shared.CommandLine;
using SkiaSharp;

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
        var reasons = new string?[images.Count];
        Parallel.For(0, images.Count, new ParallelOptions { CancellationToken = cancellation }, i => reasons[i] = WhyUnreadable(images[i].Path));
        var check = new ImageCheck(
            [.. images.Where((_, i) => reasons[i] is null)],
            [.. images.Zip(reasons).Where(pair => pair.Second is not null).Select(pair => new UnreadableImage(pair.First.Path, pair.Second!))]);
        return check.Readable.Count > 0 ? check : throw new InputException(images.Count == 0
            ? $"{what}: there are no images."
            : $"{what}: none of the {images.Count:N0} images can be read. The first is '{check.Unreadable[0].Path}': {check.Unreadable[0].Reason}.");
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

    private static string? WhyUnreadable(string path)
    {
        try
        {
            using var stream = new SKFileStream(path);
            if (!stream.IsValid)
                return "the file cannot be opened";
            using var bitmap = ImageDecoder.Decode(stream, out var reason);
            return reason;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
