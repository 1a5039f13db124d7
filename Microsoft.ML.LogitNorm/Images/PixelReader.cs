using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads the image of a row, whatever its column holds, as pixels in the order height, width, channel.</summary>
internal abstract class PixelReader(ImageColumn column)
{
    protected ImageColumn Column { get; } = column;

    /// <summary>A reader of the column from a row or cursor.</summary>
    public static PixelReader Open(DataViewRow row, ImageColumn column)
    {
        var source = row.Schema[column.Name];
        return column.Kind switch
        {
            PixelKind.Image => new ImagePixels(new ImageGetter(row, source), column),
            PixelKind.VectorOfByte => new VectorPixels<byte>(row.GetGetter<VBuffer<byte>>(source), column),
            _ => new VectorPixels<float>(row.GetGetter<VBuffer<float>>(source), column),
        };
    }

    /// <summary>Reads the current row's image.</summary>
    /// <param name="destination">Room for one image: <see cref="ImageColumn.BytesPerImage"/> bytes.</param>
    /// <exception cref="InvalidOperationException">The row has no image, or one of another size.</exception>
    public abstract void Read(Span<byte> destination);

    private protected InvalidOperationException Wrong(string found)
        => new($"Column '{Column.Name}' has a row with {found}; expected an image of {Column.Shape} (channels × height × width).");

    private sealed class ImagePixels(ImageGetter images, ImageColumn column) : PixelReader(column)
    {
        public override void Read(Span<byte> destination)
        {
            var (height, width) = (Column.Shape.Height, Column.Shape.Width);
            if (images.Get() is not { } image)
                throw Wrong("no image. Is its path empty?");
            if (image.Height != height || image.Width != width)
                throw Wrong($"an image of {image.Height}×{image.Width} pixels ({image.Tag ?? "not from a file"}). Put ResizeImages before the model");
            var source = image.Pixels;
            var (red, blue) = image.PixelFormat == MLPixelFormat.Bgra32 ? (2, 0) : (0, 2);
            unchecked   // the spans check their indices, and checking the sums too takes a third of the time
            {
                if (Column.Shape.Channels == 3)
                    for (int from = 0, to = 0; to < destination.Length; from += 4, to += 3)
                        (destination[to], destination[to + 1], destination[to + 2]) = (source[from + red], source[from + 1], source[from + blue]);
                else   // luma as in ITU-R BT.601, exact for images that are grey already
                    for (int from = 0, to = 0; to < destination.Length; from += 4, to++)
                        destination[to] = (byte)(((299 * source[from + red]) + (587 * source[from + 1]) + (114 * source[from + blue]) + 500) / 1000);
            }
        }
    }

    private sealed class VectorPixels<T>(ValueGetter<VBuffer<T>> get, ImageColumn column) : PixelReader(column)
        where T : unmanaged
    {
        private readonly T[] _planes = new T[column.Shape.ValueCount];
        private VBuffer<T> _vector;

        public override void Read(Span<byte> destination)
        {
            get(ref _vector);
            if (_vector.Length != _planes.Length)
                throw Wrong($"a vector of {_vector.Length} values");
            var pixels = MemoryMarshal.Cast<byte, T>(destination);
            if (Column.Interleaved || Column.Shape.Channels == 1)
            {
                _vector.CopyTo(pixels);
                return;
            }
            _vector.CopyTo(_planes);
            var channels = Column.Shape.Channels;
            var area = _planes.Length / channels;
            unchecked   // as above
            {
                for (var channel = 0; channel < channels; channel++)
                    for (var i = 0; i < area; i++)
                        pixels[(i * channels) + channel] = _planes[(channel * area) + i];
            }
        }
    }
}
