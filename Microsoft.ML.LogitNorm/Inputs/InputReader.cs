using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Reads what a network takes of a row, whatever its column holds: images as pixels in the order height, width, channel, feature vectors as they are.
/// </summary>
internal abstract class InputReader
{
    /// <summary>A reader of images.</summary>
    public static InputReader Open(DataViewRow row, ImageInput input)
    {
        var source = row.Schema[input.Name];
        return Marked(row, source, input.Kind switch
        {
            PixelKind.Image => new ImagePixels(new ImageGetter(row, source), input, MissingRows.MayBeIn(source)),
            PixelKind.VectorOfByte => new VectorPixels<byte>(row.GetGetter<VBuffer<byte>>(source), input),
            _ => new VectorPixels<float>(row.GetGetter<VBuffer<float>>(source), input),
        });
    }

    /// <summary>A reader of feature vectors.</summary>
    public static InputReader Open(DataViewRow row, VectorInput input)
    {
        var source = row.Schema[input.Name];
        return Marked(row, source, new Features(row.GetGetter<VBuffer<float>>(source), input));
    }

    /// <summary>Reads the current row's values.</summary>
    /// <param name="destination">Room for one row: <see cref="NetworkInput.BytesPerRow"/> bytes.</param>
    /// <returns>False where the row has no image, and may have none (<see cref="MissingRows"/>): there is nothing then to be classified.</returns>
    /// <exception cref="InvalidOperationException">The row has no image, which no column explains, or one of another size.</exception>
    public abstract bool Read(Span<byte> destination);

    private static InputReader Marked(DataViewRow row, DataViewSchema.Column source, InputReader reader)
        => new LeftOutRows(row, source) is { MayBeToldBeside: true } marks ? new MarkedInput(reader, marks) : reader;

    private static InvalidOperationException Wrong(NetworkInput input, string found, string expected)
        => new($"Column '{input.Name}' has a row with {found}; expected {expected}.");

    private static InvalidOperationException WrongImage(ImageInput input, string found)
        => Wrong(input, found, $"an image of {input.Shape} (channels × height × width)");

    /// <summary>Values that something was made into where an image was missing.</summary>
    private sealed class MarkedInput(InputReader reader, LeftOutRows marks) : InputReader
    {
        public override bool Read(Span<byte> destination) => !marks.IsToldBeside && reader.Read(destination);
    }

    private sealed class ImagePixels(ImageGetter images, ImageInput input, bool mayBeMissing) : InputReader
    {
        private readonly OpaquePixels _opaque = new();

        public override bool Read(Span<byte> destination)
        {
            var (height, width) = (input.Shape.Height, input.Shape.Width);
            if (images.Get() is not { } image)
                return mayBeMissing ? false : throw WrongImage(input, "no image. Is its path empty?");
            if (image.Height != height || image.Width != width)
                throw WrongImage(
                    input, $"an image of {image.Height}×{image.Width} pixels ({image.Tag ?? "not from a file"}). Put ResizeImages before the model");
            var source = _opaque.Of(image.Pixels);
            var (red, blue) = image.PixelFormat == MLPixelFormat.Bgra32 ? (2, 0) : (0, 2);
            unchecked   // the spans check their indices, and checking the sums too takes a third of the time
            {
                if (input.Shape.Channels == 3)
                    for (int from = 0, to = 0; to < destination.Length; from += 4, to += 3)
                        (destination[to], destination[to + 1], destination[to + 2]) = (source[from + red], source[from + 1], source[from + blue]);
                else   // luma as in ITU-R BT.601, exact for images that are grey already
                    for (int from = 0, to = 0; to < destination.Length; from += 4, to++)
                        destination[to] = (byte)(((299 * source[from + red]) + (587 * source[from + 1]) + (114 * source[from + blue]) + 500) / 1000);
            }
            return true;
        }
    }

    private sealed class VectorPixels<T>(ValueGetter<VBuffer<T>> get, ImageInput input) : InputReader
        where T : unmanaged
    {
        private readonly T[] _planes = new T[input.Shape.ValueCount];
        private VBuffer<T> _vector;

        public override bool Read(Span<byte> destination)
        {
            get(ref _vector);
            if (_vector.Length != _planes.Length)
                throw WrongImage(input, $"a vector of {_vector.Length} values");
            var pixels = MemoryMarshal.Cast<byte, T>(destination);
            if (input.Interleaved || input.Shape.Channels == 1)
            {
                _vector.CopyTo(pixels);
                return true;
            }
            _vector.CopyTo(_planes);
            var channels = input.Shape.Channels;
            var area = _planes.Length / channels;
            unchecked   // as above
            {
                for (var channel = 0; channel < channels; channel++)
                    for (var i = 0; i < area; i++)
                        pixels[(i * channels) + channel] = _planes[(channel * area) + i];
            }
            return true;
        }
    }

    private sealed class Features(ValueGetter<VBuffer<float>> get, VectorInput input) : InputReader
    {
        private VBuffer<float> _vector;

        public override bool Read(Span<byte> destination)
        {
            get(ref _vector);
            if (_vector.Length != input.Length)
                throw Wrong(input, $"a vector of {_vector.Length} values", $"{input.Length}");
            _vector.CopyTo(MemoryMarshal.Cast<byte, float>(destination));
            return true;
        }
    }
}
