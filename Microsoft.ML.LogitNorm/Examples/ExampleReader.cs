using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Reads the labelled rows of a data view, or all of one without labels, once, on as many threads as the view gives cursors, each a little ahead of who takes
/// them. They come in the view's order, however the threads ran.
/// </summary>
/// <remarks>
/// Each cursor has a queue of its own, so none waits for another: what comes next is the chunk with the lowest batch number among the queues' heads.
/// </remarks>
internal sealed class ExampleReader : IDisposable
{
    // 256 images of 64×64 in colour; fewer of larger ones.
    private const int BytesPerChunk = 3 << 20;

    // Finished chunks that wait in each queue.
    private const int ChunksAhead = 2;

    private readonly IDataView _data;
    private readonly DataViewSchema.Column[] _columns;
    private readonly NetworkInput _input;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _stop;
    private readonly Lane[] _lanes;
    private readonly Task[] _threads;
    private ExceptionDispatchInfo? _failure;
    private long _rows;

    /// <summary>Starts to read.</summary>
    /// <param name="data">The data.</param>
    /// <param name="input">What to read of each row.</param>
    /// <param name="labelColumnName">A key column; rows whose label is missing are left out. Null takes all rows, and counts them to class 0.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public ExampleReader(IDataView data, NetworkInput input, string? labelColumnName, CancellationToken cancellationToken)
    {
        (_data, _input, _callers) = (data, input, cancellationToken);
        _columns = labelColumnName is null ? [data.Schema[input.Name]] : [data.Schema[input.Name], data.Schema[labelColumnName]];
        _lanes = [.. data.GetRowCursorSet([.. _columns, .. LeftOutRows.Columns(data.Schema, _columns[0])], Environment.ProcessorCount)
            .Select(cursor => new Lane(cursor, input, labelColumnName, data))];
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _threads = [.. _lanes.Select(lane => Task.Factory.StartNew(
            () => Run(lane), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Rows left out so far for want of a label; all of them, once <see cref="Next"/> has returned null.</summary>
    public long Unlabelled => _lanes.Sum(lane => lane.Unlabelled);

    /// <summary>Rows left out so far as they have no image; all of them, once <see cref="Next"/> has returned null.</summary>
    public IReadOnlyList<LeftOutRows> LeftOut => [.. _lanes.Select(lane => lane.LeftOut)];

    /// <summary>The next rows, which are the caller's to dispose of; null at the end.</summary>
    /// <exception cref="InvalidOperationException">A row has no image, one of another size, or a pixel that is NaN or infinite.</exception>
    public ExampleChunk? Next()
    {
        Lane? next = null;
        foreach (var lane in _lanes)
            if (Head(lane) is { } head && (next is null || head.Batch < next.Head!.Batch))
                next = lane;
        if (next is null)
            return null;
        var chunk = next.Head!;
        next.Head = null;
        try
        {
            CheckFinite(chunk);
        }
        catch
        {
            chunk.Dispose();
            throw;
        }
        _rows += chunk.Labels.Count;
        return chunk;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_threads);   // their errors are in _failure
        foreach (var lane in _lanes)
            lane.Dispose();
        _stop.Dispose();
    }

    private ExampleChunk? Head(Lane lane)
    {
        try
        {
            if (lane.Head is null && lane.Queue.TryTake(out var chunk, Timeout.Infinite, _stop.Token))
                lane.Head = chunk;
        }
        catch (OperationCanceledException)
        {
            // The caller's token, or a thread's error, which is in _failure.
        }
        _callers.ThrowIfCancellationRequested();   // a thread that has stopped looks like one that has come to the end
        _failure?.Throw();
        return lane.Head;
    }

    private void Run(Lane lane)
    {
        try
        {
            lane.ReadAll(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop: by the caller, or because another thread failed.
        }
        catch (Exception e)
        {
            // A view below the images that shares out its rows among cursors wraps what its own thread met, and does not say in which row.
            var error = RowText.Explained(e, _data, _columns, Interlocked.Read(ref _rows), _stop.Token);
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            _stop.Cancel();   // the other threads need not go on
        }
        finally
        {
            lane.Queue.CompleteAdding();
        }
    }

    private void CheckFinite(ExampleChunk chunk)
    {
        if (_input.ItemType != ScalarType.Float32 || chunk.Labels.Count == 0)
            return;
        using var scope = NewDisposeScope();
        var finite = chunk.Values.isfinite().flatten(1).all(1);
        var first = finite.to(int32).argmin(0).item<long>();
        if (finite[first].item<bool>())
            return;
        var label = _columns.ElementAtOrDefault(1) is { Type: not null } column ? column : (DataViewSchema.Column?)null;
        var error = RowError.Naming(
            _rows + first,
            $"Column '{_input.Name}' has a {_input.Item} that is NaN or infinite in {(label is null ? "" : "labelled ")}row {_rows + first} (counted from 0). "
            + "Remove the row or fix it.");
        if (label is { } labels)
            RowText.AddToLabelled(error, _data, _columns[0], labels, _rows + first);
        else
            RowText.AddToNumbered(error, _data, _columns[0], _rows + first);
        throw error;
    }

    /// <summary>A cursor, the thread that reads from it, and what it has read.</summary>
    private sealed class Lane(DataViewRowCursor cursor, NetworkInput input, string? labelColumnName, IDataView data) : IDisposable
    {
        private readonly int _rowsPerChunk = Math.Max(1, BytesPerChunk / input.BytesPerRow);
        private ExampleChunk? _filling;

        public BlockingCollection<ExampleChunk> Queue { get; } = new(ChunksAhead);

        public ExampleChunk? Head { get; set; }

        public long Unlabelled { get; private set; }

        public LeftOutRows LeftOut { get; } = new(cursor, cursor.Schema[input.Name]);

        public void ReadAll(CancellationToken cancellationToken)
        {
            var reader = input.Open(cursor);
            var getLabel = labelColumnName is null ? (ref uint first) => first = 1 : cursor.GetGetter<uint>(cursor.Schema[labelColumnName]);
            var getId = cursor.GetIdGetter();
            var (label, id) = (0u, default(DataViewRowId));
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                getLabel(ref label);
                if (label == 0)
                {
                    Unlabelled++;
                    continue;
                }
                if (_filling is not null && (_filling.Batch != cursor.Batch || _filling.Labels.Count == _filling.Capacity))
                    Hand(cancellationToken);
                _filling ??= new(input, _rowsPerChunk, cursor.Batch);
                getId(ref id);
                try
                {
                    if (!reader.Read(_filling.NextPlace))
                    {
                        LeftOut.Add((long)id.Low);
                        continue;
                    }
                }
                catch (Exception e) when (RowError.IsOfARow(e))
                {
                    var error = RowError.Wrap(cursor.Position, e, $"Reading row {id.Low} (counted from 0 in the source) for training");
                    RowText.AddTo(error, cursor, data);
                    throw error;
                }
                _filling.Labels.Add(label - 1);
            }
            if (_filling is not null)
                Hand(cancellationToken);
        }

        /// <summary>Once the thread has ended.</summary>
        public void Dispose()
        {
            cursor.Dispose();
            _filling?.Dispose();
            Head?.Dispose();
            foreach (var chunk in Queue)
                chunk.Dispose();
            Queue.Dispose();
        }

        private void Hand(CancellationToken cancellationToken)
        {
            Queue.Add(_filling!, cancellationToken);
            _filling = null;
        }
    }
}
