using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads from a row what its image is decoded from.</summary>
internal abstract class ImageContentReader
{
    /// <summary>A reader of a column.</summary>
    /// <param name="row">The row or cursor to read from.</param>
    /// <param name="column">Its column of paths or bytes.</param>
    /// <param name="folder">Where paths that are not absolute start from.</param>
    public static ImageContentReader Open(DataViewRow row, DataViewSchema.Column column, string folder)
        => column.Type is TextDataViewType
            ? new Paths(row.GetGetter<ReadOnlyMemory<char>>(column), column.Name, folder)
            : new Bytes(row.GetGetter<VBuffer<byte>>(column), column.Name);

    /// <summary>The current row's content, or what is wrong with it.</summary>
    public (ImageContent? Content, string? Error) Read()
    {
        try
        {
            return (Current(), null);
        }
        catch (UnreadableImageException e)
        {
            return (null, e.Message);
        }
    }

    protected abstract ImageContent Current();

    private sealed class Paths(ValueGetter<ReadOnlyMemory<char>> get, string column, string folder) : ImageContentReader
    {
        private ReadOnlyMemory<char> _path;

        protected override ImageContent Current()
        {
            get(ref _path);
            return ImageContent.OfFile(_path.ToString(), folder, column);
        }
    }

    private sealed class Bytes(ValueGetter<VBuffer<byte>> get, string column) : ImageContentReader
    {
        private VBuffer<byte> _bytes;

        protected override ImageContent Current()
        {
            get(ref _bytes);
            // Megabytes at once rather than one by one.
            return ImageContent.OfBytes(_bytes.IsDense ? _bytes.GetValues().ToArray() : [.. _bytes.DenseValues()], column);
        }
    }
}
