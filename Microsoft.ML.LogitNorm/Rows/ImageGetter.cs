using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads an image column. A row without an image gives null, whatever made the column.</summary>
/// <remarks>
/// ML.NET's image transforms dispose of the image that they are handed back. That is right for one that was made for this reader, and frees its memory. An image of the
/// user's, which a column in memory holds and <c>ResizeImages</c> passes on as it is where the size is right, would be gone for the next pass, so it is not handed back.
/// What <c>LoadImages</c> made has a tag, the path; of others the row is asked twice: only an image that is not made anew comes back as the same object.
/// </remarks>
internal sealed class ImageGetter(DataViewRow row, DataViewSchema.Column column)
{
    private readonly ValueGetter<MLImage> _get = row.GetGetter<MLImage>(column);
    private MLImage? _made;

    /// <summary>The current row's image, which stands until the next call; it may belong to the user's data: do not dispose of it.</summary>
    /// <exception cref="InvalidOperationException">The image was disposed of before.</exception>
    public MLImage? Get()
    {
        var previous = _made;
        var image = _made;
        _made = null;
        _get(ref image!);
        // On a row without an image some transforms leave standing what they have disposed of.
        if (image is null || (ReferenceEquals(image, previous) && IsDisposed(image)))
            return null;
        if (IsDisposed(image))
            throw Disposed();
        if (image.Tag is null && !ReferenceEquals(image, previous))
        {
            MLImage? again = null;
            _get(ref again!);
            if (ReferenceEquals(again, image))
                return image;
            image.Dispose();
            image = again;
        }
        return _made = image;
    }

    private InvalidOperationException Disposed()
        => new($"Column '{column.Name}' holds an image that was disposed of. Images in memory must stay as long as their rows are read. ML.NET's own readers, such as ExtractPixels, dispose of "
            + "those that ResizeImages passes on as they are: where all have the right size, leave ResizeImages out and give the size as ImageShape; or load them from files.");

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            _ = image.Width;
            return false;
        }
        catch (InvalidOperationException)   // the one way that an MLImage has to tell
        {
            return true;
        }
    }
}
