using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Some labelled rows that follow each other in a data view. Owns its tensor.</summary>
internal sealed class ExampleChunk : IDisposable
{
    private readonly Tensor _room;
    private readonly NetworkInput _input;

    /// <summary>Makes room, still empty, for so many rows.</summary>
    public ExampleChunk(NetworkInput input, int capacity, long batch)
    {
        _input = input;
        _room = input.Room(capacity).DetachFromDisposeScope();
        Labels = new(capacity);
        (Capacity, Batch) = (capacity, batch);
    }

    public int Capacity { get; }

    /// <summary>The cursor's batch that they are of: a view's cursors share out its rows in batches, whose numbers tell the order.</summary>
    public long Batch { get; }

    /// <summary>Their classes, from 0.</summary>
    public List<long> Labels { get; }

    /// <summary>[N, …], in the caller's scope.</summary>
    public Tensor Values => _room.narrow(0, 0, Labels.Count);

    /// <summary>Where the next row's values belong.</summary>
    public Span<byte> NextPlace => _room.bytes.Slice(Labels.Count * _input.BytesPerRow, _input.BytesPerRow);

    public void Dispose() => _room.Dispose();
}
