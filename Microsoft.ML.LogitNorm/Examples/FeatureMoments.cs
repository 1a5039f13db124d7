using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Sums up the values of each channel or feature, part by part, in double precision.</summary>
/// <param name="input">What the rows are. Of vectors it also finds the features that are the same in all rows.</param>
internal sealed class FeatureMoments(NetworkInput input) : IDisposable
{
    // 32 MB in double precision, however large the rows are.
    private const long ValuesAtOnce = 1 << 22;

    // A constant leaves a difference of the rounding's size: anything below a millionth of the values' size is none.
    private const double Rounding = 1e-6;

    private readonly bool _vectors = input is VectorInput;
    private readonly Tensor _sum = zeros(input.Channels, float64).DetachFromDisposeScope();
    private readonly Tensor _sumOfSquares = zeros(input.Channels, float64).DetachFromDisposeScope();
    private Tensor? _first, _varies;   // of vectors: the first row, from which all are measured, and which features have differed from it
    private double _count;

    /// <summary>Takes in rows [N, …, C], of any number type; N ≥ 1.</summary>
    public void Add(Tensor rows)
    {
        var count = rows.shape[0];
        if (_vectors && _first is null)
        {
            using var scope = NewDisposeScope();
            _first = rows.narrow(0, 0, 1).to(float64, copy: true).DetachFromDisposeScope();
            _varies = zeros(input.Channels, @bool).DetachFromDisposeScope();
        }
        var rowsAtOnce = Math.Max(1, ValuesAtOnce * count / rows.numel());
        for (long start = 0; start < count; start += rowsAtOnce)
        {
            using var step = NewDisposeScope();
            var part = rows.narrow(0, start, Math.Min(rowsAtOnce, count - start)).reshape(-1, input.Channels).to(float64);
            if (_first is not null)
            {
                part = part - _first;   // so that a large mean does not swallow a small deviation
                _varies!.logical_or_(part.ne(zeros_like(part)).any(0));
            }
            // [0], not 0: the literal would turn into ScalarType.Byte and pick the overload that sums everything as bytes.
            _sum.AddInPlace(part.sum([0]));
            _sumOfSquares.AddInPlace(part.Squared().sum([0]));
        }
        _count += rows.numel() / input.Channels;
    }

    /// <summary>Mean and standard deviation of each channel; one without variation gets the standard deviation 1, and is listed if it is a feature.</summary>
    public (InputNormalization Moments, IReadOnlyList<int> Constants) Finish()
    {
        using var scope = NewDisposeScope();
        var mean = _sum.Over(_count);
        var meanOfSquares = _sumOfSquares.Over(_count);
        var deviation = (meanOfSquares - mean.Squared()).AtLeast(0).sqrt();
        deviation = deviation.where(deviation > meanOfSquares.sqrt().Times(Rounding), ones_like(deviation));
        if (_first is not null)
            mean = mean.Plus(_first.squeeze(0));
        return (
            new(mean.to(float32).data<float>().ToArray(), deviation.to(float32).data<float>().ToArray()),
            _varies is null ? [] : [.. _varies.data<bool>().ToArray().Index().Where(feature => !feature.Item).Select(feature => feature.Index)]);
    }

    public void Dispose()
    {
        _sum.Dispose();
        _sumOfSquares.Dispose();
        _first?.Dispose();
        _varies?.Dispose();
    }
}
