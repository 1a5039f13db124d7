using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>A column's values of the rows that a cursor has read ahead, each handed out when its row comes.</summary>
internal abstract class PassThroughColumn
{
    /// <summary>The <see cref="ValueGetter{TValue}"/> of the stored column.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Keeps the input's current value.</summary>
    /// <returns>About how many bytes it takes, where that can be many; 0 elsewhere.</returns>
    public abstract long Store(int row);

    /// <summary>A store for the column's type.</summary>
    public static PassThroughColumn Create(DataViewRow input, DataViewSchema.Column column, int capacity, Func<int> row)
    {
        var type = column.Type.RawType;
        var (store, value) = type == typeof(MLImage) ? (typeof(Images), null)
            : column.Type is VectorDataViewType vector ? (typeof(Vectors<>), vector.ItemType.RawType)
            : (typeof(Values<>), type);
        return (PassThroughColumn)Activator.CreateInstance(value is null ? store : store.MakeGenericType(value), input, column, capacity, row)!;
    }

    private sealed class Values<T>(DataViewRow input, DataViewSchema.Column column, int capacity, Func<int> row) : PassThroughColumn
    {
        private readonly ValueGetter<T> _get = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];

        public override Delegate Getter => (ValueGetter<T>)((ref T value) => value = _values[row()]);

        public override long Store(int row)
        {
            _values[row] = default!;   // an object that was handed out belongs to whoever has it
            _get(ref _values[row]);
            return 0;
        }
    }

    private sealed class Vectors<T>(DataViewRow input, DataViewSchema.Column column, int capacity, Func<int> row) : PassThroughColumn
    {
        private readonly ValueGetter<VBuffer<T>> _get = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        public override Delegate Getter => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[row()].CopyTo(ref value));

        public override long Store(int row)
        {
            _get(ref _values[row]);
            return (long)_values[row].GetValues().Length * Unsafe.SizeOf<T>();
        }
    }

    /// <summary>
    /// Images are kept as pixels, and each consumer gets an image of its own: whoever asks for an image disposes of the one that it
    /// had, and some ML.NET transforms hand out the very object that they dispose of when the next row comes.
    /// </summary>
    private sealed class Images(DataViewRow input, DataViewSchema.Column column, int capacity, Func<int> row) : PassThroughColumn
    {
        private readonly ImageGetter _input = new(input, column);
        private readonly (byte[]? Pixels, int Width, int Height, MLPixelFormat Format, string? Tag)[] _images
            = new (byte[]?, int, int, MLPixelFormat, string?)[capacity];

        public override Delegate Getter => (ValueGetter<MLImage>)((ref MLImage value) =>
        {
            value?.Dispose();
            var (pixels, width, height, format, tag) = _images[row()];
            value = pixels is null ? null! : MLImage.CreateFromPixels(width, height, format, pixels);
            if (value is not null)
                value.Tag = tag;
        });

        public override long Store(int row)
        {
            _images[row] = _input.Get() is { } image ? (image.Pixels.ToArray(), image.Width, image.Height, image.PixelFormat, image.Tag) : default;
            return _images[row].Pixels?.Length ?? 0;
        }
    }
}
