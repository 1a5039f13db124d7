using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Labelled rows that are read anew in every pass, for data that memory does not hold. Kept are labels, and a pool of rows to shuffle from.</summary>
internal sealed class StreamedExamples : IExampleSource
{
    private readonly IDataView _data;
    private readonly NetworkInput _input;
    private readonly string _labelColumnName;
    private readonly int _pooledRows;
    private readonly CancellationToken _cancellationToken;
    private readonly List<long> _labels = [];
    private Device _device = CPU;

    /// <summary>Reads all rows once, to count, check and summarise them.</summary>
    /// <param name="data">The data.</param>
    /// <param name="input">What to read of each row.</param>
    /// <param name="label">The labels' column; rows whose label is missing are left out.</param>
    /// <param name="pooledRows">Rows to shuffle from, at most; at least two batches are kept in any case.</param>
    /// <param name="cancellationToken">Stops this pass and all later ones.</param>
    /// <exception cref="InvalidOperationException">A row has no image, one of another size, or a value that is NaN or infinite.</exception>
    public StreamedExamples(IDataView data, NetworkInput input, LabelColumn label, int pooledRows, CancellationToken cancellationToken)
    {
        (_data, _input, _labelColumnName, _pooledRows, _cancellationToken) = (data, input, label.Name, pooledRows, cancellationToken);
        using var summarizer = new ExampleSummarizer(input);
        using var reader = Read();
        while (reader.Next() is { } chunk)
        {
            using var read = chunk;
            using var scope = NewDisposeScope();
            summarizer.Add(chunk.Values, chunk.Labels);
            _labels.AddRange(chunk.Labels);
        }
        (Unlabelled, LeftOut) = (reader.Unlabelled, reader.LeftOut);
        Summary = summarizer.Finish(_labels, label.ClassCount);
    }

    public long Count => _labels.Count;

    /// <summary>Rows left out for want of a label.</summary>
    public long Unlabelled { get; }

    /// <summary>Rows left out as they have no image.</summary>
    public IReadOnlyList<LeftOutRows> LeftOut { get; }

    public ExampleSummary Summary { get; }

    /// <inheritdoc/>
    /// <remarks>Batches go there one by one, from memory that the GPU reads by itself while the CPU goes on.</remarks>
    public IExampleSource To(Device device)
    {
        _device = device;
        return this;
    }

    public IExampleBatches Shuffle(int batchSize, Augmentation augmentation, AugmentationContext context)
        => new PooledBatches(this, (int)Math.Min(Count, Math.Max(_pooledRows, 2L * batchSize)), batchSize, augmentation, context);

    public IExampleBatches InOrder(int batchSize) => new OrderedBatches(this, batchSize);

    public void Dispose()
    {
        // Each pass frees what is its own.
    }

    private Tensor Upload(Tensor batch) => _device.type == TorchSharp.DeviceType.CPU ? batch : batch.pin_memory().to(_device, non_blocking: true);

    private Rows ReadAgain() => new(Read(), Count);

    private ExampleReader Read() => new(_data, _input, _labelColumnName, _cancellationToken);

    /// <summary>Rows, one after the other, in whatever portions are asked for.</summary>
    /// <param name="reader">Where they come from, owned from now on.</param>
    /// <param name="expected">How many there were in the first pass.</param>
    private sealed class Rows(ExampleReader reader, long expected) : IDisposable
    {
        private ExampleChunk? _chunk;
        private long _read;
        private int _taken;

        /// <summary>Up to so many rows, in the caller's scope; null at the end.</summary>
        /// <exception cref="InvalidOperationException">They are fewer or more than in the first pass.</exception>
        public (Tensor Values, long[] Labels)? Take(long most)
        {
            while (_chunk is null || _taken == _chunk.Labels.Count)
            {
                _chunk?.Dispose();
                (_chunk, _taken) = (reader.Next(), 0);
                _read += _chunk?.Labels.Count ?? 0;
                if (_read > expected || (_chunk is null && _read < expected))
                    throw new InvalidOperationException(
                        Invariant($"There were {expected:N0} labelled rows in the first pass over the data, ")
                        + $"and {(_chunk is null ? Invariant($"only {_read:N0}") : "more")} in a later one. Streaming reads them again in each epoch: "
                        + "see that the data stays as it is, or keep the images by ImageCache.Memory.");
                if (_chunk is null)
                    return null;
            }
            var (start, count) = (_taken, (int)Math.Min(most, _chunk.Labels.Count - _taken));
            _taken += count;
            return (_chunk.Values.narrow(0, start, count), [.. _chunk.Labels.Skip(start).Take(count)]);
        }

        public void Dispose()
        {
            _chunk?.Dispose();
            reader.Dispose();
        }
    }

    /// <summary>Draws each batch from a pool, whose gaps the next rows of the view fill, until there are none left and the pool empties.</summary>
    private sealed class PooledBatches : IExampleBatches
    {
        private readonly StreamedExamples _examples;
        private readonly Rows _rows;
        private readonly Tensor _pool;   // [P, H, W, C]; the first _count are there
        private readonly long[] _labels;
        private readonly int _batchSize;
        private readonly Augmentation _augmentation;
        private readonly AugmentationContext _context;
        private int _count;

        public PooledBatches(StreamedExamples examples, int pooled, int batchSize, Augmentation augmentation, AugmentationContext context)
        {
            (_examples, _batchSize, _augmentation, _context) = (examples, batchSize, augmentation, context);
            _rows = examples.ReadAgain();
            _pool = examples._input.Room(pooled).DetachFromDisposeScope();
            _labels = new long[pooled];
            try
            {
                Fill([.. Enumerable.Range(0, pooled)]);
            }
            catch
            {
                Dispose();
                throw;
            }
            _count = pooled;
        }

        public (Tensor Values, Tensor Labels) Next()
        {
            using var scope = NewDisposeScope();
            var drawn = randperm(_count, int64, generator: _context.Generator).narrow(0, 0, _batchSize).contiguous();   // [B], places in the pool
            var values = _augmentation.Gather(_pool, drawn, _context);
            int[] places = [.. drawn.data<long>().Select(place => (int)place)];
            var labels = tensor(places.Select(place => _labels[place]).ToArray(), int64);
            Close(places[Fill(places)..]);
            return (_examples.Upload(values).MoveToOuterDisposeScope(), _examples.Upload(labels).MoveToOuterDisposeScope());
        }

        public void Dispose()
        {
            _rows.Dispose();
            _pool.Dispose();
        }

        /// <summary>Puts the view's next rows in these places.</summary>
        /// <returns>How many of them were filled.</returns>
        private int Fill(int[] places)
        {
            var filled = 0;
            while (filled < places.Length)
            {
                using var step = NewDisposeScope();
                if (_rows.Take(places.Length - filled) is not var (values, labels))
                    break;
                _pool.index_copy_(0, Index(places.AsSpan(filled, labels.Length)), values);
                foreach (var label in labels)
                    _labels[places[filled++]] = label;
            }
            return filled;
        }

        /// <summary>Makes the pool smaller by these places: its last rows move into them.</summary>
        private void Close(int[] places)
        {
            if (places.Length == 0)
                return;
            using var step = NewDisposeScope();
            var count = _count - places.Length;
            int[] gaps = [.. places.Where(place => place < count)];
            int[] last = [.. Enumerable.Range(count, places.Length).Except(places)];
            _count = count;
            if (gaps.Length == 0)
                return;
            _pool.index_copy_(0, Index(gaps), _pool.index_select(0, Index(last)));
            for (var i = 0; i < gaps.Length; i++)
                _labels[gaps[i]] = _labels[last[i]];
        }

        private static Tensor Index(ReadOnlySpan<int> places) => tensor(places.ToArray(), int64);
    }

    private sealed class OrderedBatches(StreamedExamples examples, int batchSize) : IExampleBatches
    {
        private readonly Rows _rows = examples.ReadAgain();

        public (Tensor Values, Tensor Labels) Next()
        {
            using var scope = NewDisposeScope();
            var values = examples._input.Room(batchSize);
            var labels = new List<long>();
            while (labels.Count < batchSize && _rows.Take(batchSize - labels.Count) is var (part, partLabels))
            {
                values.narrow(0, labels.Count, partLabels.Length).copy_(part);
                labels.AddRange(partLabels);
            }
            return (
                examples.Upload(values.narrow(0, 0, labels.Count)).MoveToOuterDisposeScope(),
                examples.Upload(tensor(labels.ToArray(), int64)).MoveToOuterDisposeScope());
        }

        public void Dispose() => _rows.Dispose();
    }
}
