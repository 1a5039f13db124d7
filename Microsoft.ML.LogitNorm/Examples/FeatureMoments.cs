using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Sums up the values of each channel or feature, part by part, in double precision.</summary>
/// <param name="channels">Channels or features, C.</param>
internal sealed class FeatureMoments(long channels) : IDisposable
{
    // 32 MB in double precision, however large the rows are.
    private const long ValuesAtOnce = 1 << 22;

    // A constant leaves a difference of the rounding's size: anything below a millionth of the values' size is none.
    private const double Rounding = 1e-6;

    private readonly Tensor _sum = zeros(channels, float64).DetachFromDisposeScope();
    private readonly Tensor _sumOfSquares = zeros(channels, float64).DetachFromDisposeScope();
    private double _count;

    /// <summary>Takes in rows [N, …, C], of any number type.</summary>
    public void Add(Tensor rows)
    {
        var count = rows.shape[0];
        var rowsAtOnce = Math.Max(1, ValuesAtOnce * count / rows.numel());
        for (long start = 0; start < count; start += rowsAtOnce)
        {
            using var step = NewDisposeScope();
            var part = rows.narrow(0, start, Math.Min(rowsAtOnce, count - start)).reshape(-1, channels).to(float64);
            // [0], not 0: the literal would turn into ScalarType.Byte and pick the overload that sums everything as bytes.
            _sum.AddInPlace(part.sum([0]));
            _sumOfSquares.AddInPlace(part.Squared().sum([0]));
        }
        _count += rows.numel() / channels;
    }

    /// <summary>Mean and standard deviation of each channel; one without variation, which is listed, gets the standard deviation 1.</summary>
    public (InputNormalization Moments, IReadOnlyList<int> Constants) Finish()
    {
        using var scope = NewDisposeScope();
        var mean = _sum.Over(_count);
        var meanOfSquares = _sumOfSquares.Over(_count);
        var deviation = (meanOfSquares - mean.Squared()).AtLeast(0).sqrt();
        var varies = deviation > meanOfSquares.sqrt().Times(Rounding);
        deviation = deviation.where(varies, ones_like(deviation));
        return (
            new(mean.to(float32).data<float>().ToArray(), deviation.to(float32).data<float>().ToArray()),
            [.. varies.data<bool>().ToArray().Index().Where(feature => !feature.Item).Select(feature => feature.Index)]);
    }

    public void Dispose()
    {
        _sum.Dispose();
        _sumOfSquares.Dispose();
    }
}
