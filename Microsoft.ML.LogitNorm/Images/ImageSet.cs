using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All images of a data view, decoded, in the order of its rows. Owns its tensors.</summary>
/// <param name="Pixels">[N, H, W, C], bytes or floats as the column holds them.</param>
/// <param name="Labels">[N], int64, from 0.</param>
internal sealed record ImageSet(Tensor Pixels, Tensor Labels) : IImageSource
{
    public long Count => Labels.shape[0];

    public IReadOnlyList<long> ClassCounts(int classes)
    {
        using var counts = Labels.bincount(null, classes);
        return [.. counts.data<long>()];
    }

    public PixelNormalization MeasureNormalization()
    {
        using var moments = new ChannelMoments(Pixels.shape[3]);
        moments.Add(Pixels);
        return moments.ToNormalization();
    }

    public IImageSource To(Device device)
    {
        if (Pixels.device.type == device.type)
            return this;
        using (this)
            return new ImageSet(Pixels.to(device).DetachFromDisposeScope(), Labels.to(device).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    /// <remarks>For a set on the CPU.</remarks>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Pixels);
        Append(hash, Labels);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public IImageBatches Shuffle(int batchSize, Augmentation augmentation, Generator generator) => new Shuffled(this, batchSize, augmentation, generator);

    public IImageBatches InOrder(int batchSize) => new Ordered(this, batchSize);

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }

    private static void Append(IncrementalHash hash, Tensor tensor)
    {
        const long BytesAtOnce = 1 << 26;   // a span ends at 2 GB
        using var scope = NewDisposeScope();
        var flat = tensor.view(-1);
        var step = BytesAtOnce / flat.element_size();
        for (long start = 0; start < flat.shape[0]; start += step)
            hash.AppendData(flat.narrow(0, start, Math.Min(step, flat.shape[0] - start)).bytes);
    }

    private sealed class Shuffled(ImageSet images, int batchSize, Augmentation augmentation, Generator generator) : IImageBatches
    {
        private readonly Tensor _order = Order(images, generator);   // [N]
        private long _start;

        public (Tensor Pixels, Tensor Labels) Next()
        {
            var rows = _order.narrow(0, _start, batchSize);
            _start += batchSize;
            var labels = images.Labels.index_select(0, rows);
            return (augmentation.Gather(images.Pixels, rows, generator), labels);
        }

        public void Dispose() => _order.Dispose();

        private static Tensor Order(ImageSet images, Generator generator)
        {
            using var scope = NewDisposeScope();
            return randperm(images.Count, int64, generator: generator).to(images.Pixels.device).DetachFromDisposeScope();
        }
    }

    private sealed class Ordered(ImageSet images, int batchSize) : IImageBatches
    {
        private long _start;

        public (Tensor Pixels, Tensor Labels) Next()
        {
            var (start, count) = (_start, Math.Min(batchSize, images.Count - _start));
            _start += count;
            return (images.Pixels.narrow(0, start, count), images.Labels.narrow(0, start, count));
        }

        public void Dispose()
        {
            // It has nothing of its own.
        }
    }
}
