using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads an image column. A row without an image gives null, whatever made the column.</summary>
/// <remarks>
/// <para>
/// ML.NET's image transforms dispose of the image that they are handed back. That is right for one that was made for this reader, and frees its memory. An
/// image of the user's, which a column in memory holds and <c>ResizeImages</c> passes on as it is where the size is right, would be gone for the next pass,
/// so it is not handed back. To tell them apart a row is asked twice: only an image that is not made anew comes back as the same object.
/// </para>
/// <para>
/// What <c>LoadImages</c> made is decoded anew when it is asked for again, which costs as much as all else, and has a tag, the path. So a column whose images
/// have tags is asked twice no longer than it may be in memory: until a tag was made anew, as <c>LoadImages</c> makes it of a folder and a path, or
/// <see cref="MostLoaded"/> images were. The limit: a column in memory whose images have tags, of which so many were resized before one is passed on.
/// </para>
/// </remarks>
internal sealed class ImageGetter(DataViewRow row, DataViewSchema.Column column)
{
    private const int MostLoaded = 8;

    private readonly ValueGetter<MLImage> _get = row.GetGetter<MLImage>(column);
    private MLImage? _made;
    private bool _inMemory;
    private int _loaded;   // images with a tag that were made anew, as long as they may be of a column in memory

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
        var tag = image.Tag;
        if ((tag is null || _inMemory || _loaded < MostLoaded) && !ReferenceEquals(image, previous))
        {
            MLImage? again = null;
            _get(ref again!);
            if (ReferenceEquals(again, image))
            {
                _inMemory = true;
                return image;
            }
            image.Dispose();
            image = again;
            if (tag is not null)
                _loaded = ReferenceEquals(tag, again?.Tag) ? Math.Min(_loaded + 1, MostLoaded) : MostLoaded;
        }
        return _made = image;
    }

    private InvalidOperationException Disposed()
        => new(
            $"Column '{column.Name}' holds an image that was disposed of. Images in memory must stay as long as their rows are read. "
            + "ML.NET's own readers, such as ExtractPixels, dispose of those that ResizeImages passes on as they are: "
            + "where all have the right size, leave ResizeImages out and give the size as ImageShape; or load them from files.");

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
