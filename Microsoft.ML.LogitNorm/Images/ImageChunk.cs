using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Some labelled images that follow each other in a data view. Owns its tensor.</summary>
internal sealed class ImageChunk : IDisposable
{
    private readonly Tensor _room;
    private readonly ImageColumn _column;

    /// <summary>Makes room, still empty, for so many images.</summary>
    public ImageChunk(ImageColumn column, int capacity, long batch)
    {
        _column = column;
        _room = empty([capacity, column.Shape.Height, column.Shape.Width, column.Shape.Channels], column.PixelType).DetachFromDisposeScope();
        Labels = new(capacity);
        (Capacity, Batch) = (capacity, batch);
    }

    public int Capacity { get; }

    /// <summary>The cursor's batch that they are of: a view's cursors share out its rows in batches, whose numbers tell the order.</summary>
    public long Batch { get; }

    /// <summary>Their classes, from 0.</summary>
    public List<long> Labels { get; }

    /// <summary>[N, H, W, C], in the caller's scope.</summary>
    public Tensor Pixels => _room.narrow(0, 0, Labels.Count);

    /// <summary>Where the next image's pixels belong.</summary>
    public Span<byte> NextPlace => _room.bytes.Slice(Labels.Count * _column.BytesPerImage, _column.BytesPerImage);

    public void Dispose() => _room.Dispose();
}
