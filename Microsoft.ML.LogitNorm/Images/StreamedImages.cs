using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Labelled images that are decoded anew in every pass, for data that memory does not hold. Kept are labels, and a pool of images to shuffle from.</summary>
internal sealed class StreamedImages : IImageSource
{
    private const int LabelsAtOnce = 1 << 20;

    private readonly IDataView _data;
    private readonly ImageColumn _column;
    private readonly string _labelColumnName;
    private readonly int _pooledImages;
    private readonly CancellationToken _cancellationToken;
    private readonly List<long> _labels = [];
    private readonly PixelNormalization? _normalization;
    private readonly string? _hash;
    private Device _device = CPU;

    /// <summary>Reads all rows once: to count and check them, and for what else is asked for, which takes longer than that.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Where the images are.</param>
    /// <param name="labelColumnName">A key column; rows whose label is missing are left out.</param>
    /// <param name="pooledImages">Decoded images to shuffle from, at most; at least two batches are kept in any case.</param>
    /// <param name="measured">Whether <see cref="MeasureNormalization"/> will be called.</param>
    /// <param name="hashed">Whether <see cref="Hash"/> will be called.</param>
    /// <param name="cancellationToken">Stops this pass and all later ones.</param>
    /// <exception cref="InvalidOperationException">A row has no image, one of another size, or a pixel that is not a finite number.</exception>
    public StreamedImages(IDataView data, ImageColumn column, string labelColumnName, int pooledImages, bool measured, bool hashed, CancellationToken cancellationToken)
    {
        (_data, _column, _labelColumnName, _pooledImages, _cancellationToken) = (data, column, labelColumnName, pooledImages, cancellationToken);
        using var moments = measured ? new ChannelMoments(column.Shape.Channels) : null;
        using var hash = hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using var reader = Read();
        while (reader.Next() is { } chunk)
        {
            using var read = chunk;
            using var scope = NewDisposeScope();
            var pixels = chunk.Pixels;
            moments?.Add(pixels);
            hash?.AppendData(pixels.bytes);
            _labels.AddRange(chunk.Labels);
        }
        Unlabelled = reader.Unlabelled;
        if (hash is not null)
            foreach (var labels in _labels.Chunk(LabelsAtOnce))   // all of them may be more bytes than a span has
                hash.AppendData(MemoryMarshal.AsBytes<long>(labels));
        _hash = hash is null ? null : Convert.ToHexString(hash.GetHashAndReset());
        _normalization = Count > 0 ? moments?.ToNormalization() : null;
    }

    public long Count => _labels.Count;

    /// <summary>Rows left out for want of a label.</summary>
    public long Unlabelled { get; }

    public IReadOnlyList<long> ClassCounts(int classes)
    {
        var counts = new long[classes];
        foreach (var label in _labels)
            counts[label]++;
        return counts;
    }

    public PixelNormalization MeasureNormalization() => _normalization ?? throw new InvalidOperationException("The first pass did not measure the images, or there are none.");

    public string Hash() => _hash ?? throw new InvalidOperationException("The first pass did not hash the images.");

    /// <inheritdoc/>
    /// <remarks>Batches go there one by one, from memory that the GPU reads by itself while the CPU goes on.</remarks>
    public IImageSource To(Device device)
    {
        _device = device;
        return this;
    }

    public IImageBatches Shuffle(int batchSize, Augmentation augmentation, Generator generator)
        => new PooledBatches(this, (int)Math.Min(Count, Math.Max(_pooledImages, 2L * batchSize)), batchSize, augmentation, generator);

    public IImageBatches InOrder(int batchSize) => new OrderedBatches(this, batchSize);

    public void Dispose()
    {
        // Each pass frees what is its own.
    }

    private Tensor Upload(Tensor batch) => _device.type == TorchSharp.DeviceType.CPU ? batch : batch.pin_memory().to(_device, non_blocking: true);

    private Rows ReadAgain() => new(Read(), Count);

    private ImageReader Read() => new(_data, _column, _labelColumnName, _cancellationToken);

    private Tensor Room(long images) => empty([images, _column.Shape.Height, _column.Shape.Width, _column.Shape.Channels], _column.PixelType);

    /// <summary>Decoded images, one after the other, in whatever portions are asked for.</summary>
    /// <param name="reader">Where they come from, owned from now on.</param>
    /// <param name="expected">How many there were in the first pass.</param>
    private sealed class Rows(ImageReader reader, long expected) : IDisposable
    {
        private ImageChunk? _chunk;
        private long _read;
        private int _taken;

        /// <summary>Up to so many images, in the caller's scope; null at the end.</summary>
        /// <exception cref="InvalidOperationException">They are fewer or more than in the first pass.</exception>
        public (Tensor Pixels, long[] Labels)? Take(long most)
        {
            while (_chunk is null || _taken == _chunk.Labels.Count)
            {
                _chunk?.Dispose();
                (_chunk, _taken) = (reader.Next(), 0);
                _read += _chunk?.Labels.Count ?? 0;
                if (_read > expected || (_chunk is null && _read < expected))
                    throw new InvalidOperationException(Invariant($"There were {expected:N0} labelled rows in the first pass over the data, and {(_chunk is null ? Invariant($"only {_read:N0}") : "more")} in a later one. Streaming reads them again in each epoch: see that the data stays as it is, or keep the images by ImageCache.Memory."));
                if (_chunk is null)
                    return null;
            }
            var (start, count) = (_taken, (int)Math.Min(most, _chunk.Labels.Count - _taken));
            _taken += count;
            return (_chunk.Pixels.narrow(0, start, count), [.. _chunk.Labels.Skip(start).Take(count)]);
        }

        public void Dispose()
        {
            _chunk?.Dispose();
            reader.Dispose();
        }
    }

    /// <summary>Draws each batch from a pool, whose gaps the next images of the view fill, until there are none left and the pool empties.</summary>
    private sealed class PooledBatches : IImageBatches
    {
        private readonly StreamedImages _images;
        private readonly Rows _rows;
        private readonly Tensor _pixels;   // [P, H, W, C]; the first _count are there
        private readonly long[] _labels;
        private readonly int _batchSize;
        private readonly Augmentation _augmentation;
        private readonly Generator _generator;
        private int _count;

        public PooledBatches(StreamedImages images, int pooled, int batchSize, Augmentation augmentation, Generator generator)
        {
            (_images, _batchSize, _augmentation, _generator) = (images, batchSize, augmentation, generator);
            _rows = images.ReadAgain();
            _pixels = images.Room(pooled).DetachFromDisposeScope();
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

        public (Tensor Pixels, Tensor Labels) Next()
        {
            using var scope = NewDisposeScope();
            var drawn = randperm(_count, int64, generator: _generator).narrow(0, 0, _batchSize).contiguous();   // [B], places in the pool
            var pixels = _augmentation.Gather(_pixels, drawn, _generator);
            int[] places = [.. drawn.data<long>().Select(place => (int)place)];
            var labels = tensor(places.Select(place => _labels[place]).ToArray(), int64);
            Close(places[Fill(places)..]);
            return (_images.Upload(pixels).MoveToOuterDisposeScope(), _images.Upload(labels).MoveToOuterDisposeScope());
        }

        public void Dispose()
        {
            _rows.Dispose();
            _pixels.Dispose();
        }

        /// <summary>Puts the view's next images in these places.</summary>
        /// <returns>How many of them were filled.</returns>
        private int Fill(int[] places)
        {
            var filled = 0;
            while (filled < places.Length)
            {
                using var step = NewDisposeScope();
                if (_rows.Take(places.Length - filled) is not var (pixels, labels))
                    break;
                _pixels.index_copy_(0, Index(places.AsSpan(filled, labels.Length)), pixels);
                foreach (var label in labels)
                    _labels[places[filled++]] = label;
            }
            return filled;
        }

        /// <summary>Makes the pool smaller by these places: its last images move into them.</summary>
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
            _pixels.index_copy_(0, Index(gaps), _pixels.index_select(0, Index(last)));
            for (var i = 0; i < gaps.Length; i++)
                _labels[gaps[i]] = _labels[last[i]];
        }

        private static Tensor Index(ReadOnlySpan<int> places) => tensor(places.ToArray(), int64);
    }

    private sealed class OrderedBatches(StreamedImages images, int batchSize) : IImageBatches
    {
        private readonly Rows _rows = images.ReadAgain();

        public (Tensor Pixels, Tensor Labels) Next()
        {
            using var scope = NewDisposeScope();
            var pixels = images.Room(batchSize);
            var labels = new List<long>();
            while (labels.Count < batchSize && _rows.Take(batchSize - labels.Count) is var (part, partLabels))
            {
                pixels.narrow(0, labels.Count, partLabels.Length).copy_(part);
                labels.AddRange(partLabels);
            }
            return (images.Upload(pixels.narrow(0, 0, labels.Count)).MoveToOuterDisposeScope(), images.Upload(tensor(labels.ToArray(), int64)).MoveToOuterDisposeScope());
        }

        public void Dispose() => _rows.Dispose();
    }
}
