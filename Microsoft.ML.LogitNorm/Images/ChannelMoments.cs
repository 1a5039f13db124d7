using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Sums up the pixels of each channel, part by part, in double precision.</summary>
/// <param name="channels">Channels, C.</param>
internal sealed class ChannelMoments(long channels) : IDisposable
{
    // 32 MB in double precision, however large the images are.
    private const long ValuesAtOnce = 1 << 22;

    private readonly Tensor _sum = zeros(channels, float64).DetachFromDisposeScope();
    private readonly Tensor _sumOfSquares = zeros(channels, float64).DetachFromDisposeScope();
    private double _count;

    /// <summary>Takes in images [N, H, W, C], of any number type.</summary>
    public void Add(Tensor pixels)
    {
        var rows = pixels.shape[0];
        var rowsAtOnce = Math.Max(1, ValuesAtOnce / (pixels.shape[1] * pixels.shape[2] * channels));
        for (long start = 0; start < rows; start += rowsAtOnce)
        {
            using var step = NewDisposeScope();
            var part = pixels.narrow(0, start, Math.Min(rowsAtOnce, rows - start)).reshape(-1, channels).to(float64);
            // [0], not 0: the literal would turn into ScalarType.Byte and pick the overload that sums everything as bytes.
            _sum.AddInPlace(part.sum([0]));
            _sumOfSquares.AddInPlace(part.Squared().sum([0]));
        }
        _count += rows * pixels.shape[1] * pixels.shape[2];
    }

    /// <summary>Mean and standard deviation of each channel; a channel without variation gets the standard deviation 1.</summary>
    public PixelNormalization ToNormalization()
    {
        using var scope = NewDisposeScope();
        var mean = _sum.Over(_count);
        var meanOfSquares = _sumOfSquares.Over(_count);
        // A constant channel leaves a difference of the rounding's size: anything below a millionth of the values' size is none.
        var deviation = (meanOfSquares - mean.Squared()).AtLeast(0).sqrt();
        deviation = deviation.where(deviation > meanOfSquares.sqrt().Times(1e-6), ones_like(deviation));
        return new(mean.to(float32).data<float>().ToArray(), deviation.to(float32).data<float>().ToArray());
    }

    public void Dispose()
    {
        _sum.Dispose();
        _sumOfSquares.Dispose();
    }
}
