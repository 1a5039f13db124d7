using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads an image column. A row without an image gives null, whatever made the column.</summary>
/// <remarks>
/// ML.NET's image transforms dispose of the image that they are handed back, and on a row without an image leave it standing there.
/// It is still handed back to them: only they know whether it is theirs to dispose of.
/// </remarks>
internal sealed class ImageGetter(DataViewRow row, DataViewSchema.Column column)
{
    private readonly ValueGetter<MLImage> _get = row.GetGetter<MLImage>(column);
    private MLImage? _image;

    /// <summary>The current row's image, which stands until the next call; it may belong to the user's data: do not dispose of it.</summary>
    public MLImage? Get()
    {
        var previous = _image;
        _get(ref _image!);
        if (_image is not null && ReferenceEquals(_image, previous) && IsDisposed(_image))
            _image = null;
        return _image;
    }

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
