using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows of Gaussian noise, the paper's out-of-distribution set for tuning: no photograph, so nothing that is met later is given away.</summary>
/// <remarks>
/// Each value is drawn by itself. Pixels from a normal distribution around the middle of their range, with a standard deviation of half the range, and clipped
/// to it: N(0.5, 0.5²) in units of the range, so that 15.9 % of the values fall on either end. Features from one with each feature's mean and twice its
/// standard deviation, which is what half the range of pixels is to their deviation, about a quarter of it.
/// </remarks>
/// <param name="Input">What the rows are.</param>
/// <param name="Mean">Of all values, or of each of the last dimension.</param>
/// <param name="StandardDeviation">The same.</param>
/// <param name="Range">The lowest and the highest value; null for any.</param>
internal sealed record GaussianNoise(NetworkInput Input, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation, (float Low, float High)? Range)
{
    private const float Widening = 2;

    public IReadOnlyList<float> Mean { get; } = ValueList.Of(Mean);

    public IReadOnlyList<float> StandardDeviation { get; } = ValueList.Of(StandardDeviation);

    /// <summary>Noise in the unit of the rows.</summary>
    /// <remarks>
    /// Pixels that are bytes run from 0 to 255. Those that are floats are in whatever unit the user chose: the first of [0, 1], [−1, 1] and [0, 255] that holds
    /// all of the values, else the range from the lowest to the highest of them.
    /// </remarks>
    /// <param name="rows">[N, …], N ≥ 1.</param>
    /// <param name="input">What they are.</param>
    public static GaussianNoise Like(Tensor rows, NetworkInput input)
    {
        if (input is not VectorInput)
            return Between(RangeOf(rows), input);
        using var moments = new FeatureMoments(input);
        moments.Add(rows);
        var (features, constants) = moments.Finish();
        // A feature without a deviation has no unit in which noise could be drawn.
        var deviations = features.StandardDeviation.Select((deviation, feature) => constants.Contains(feature) ? 0 : Widening * deviation);
        return new(input, features.Mean, ValueList.Of([.. deviations]), Range: null);
    }

    /// <summary>Draws rows.</summary>
    /// <param name="count">How many.</param>
    /// <param name="generator">Where randomness comes from, on the CPU.</param>
    /// <returns>[count, …] in the caller's scope, on the CPU.</returns>
    public Tensor Draw(long count, Generator generator)
    {
        using var scope = NewDisposeScope();
        var noise = randn([count, .. Input.RowShape], float32, generator: generator).mul_(tensor(StandardDeviation.ToArray())).Plus(tensor(Mean.ToArray()));
        if (Range is var (low, high))
            noise = noise.Within(low, high);
        return (Input.ItemType == ScalarType.Byte ? noise.round_().to(ScalarType.Byte) : noise).MoveToOuterDisposeScope();
    }

    internal static GaussianNoise Between((float Low, float High) range, NetworkInput input)
        => new(input, ValueList.Create([(range.Low + range.High) / 2]), ValueList.Create([(range.High - range.Low) / 2]), range);

    private static (float Low, float High) RangeOf(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        if (pixels.dtype == ScalarType.Byte)
            return (0, 255);
        var (low, high) = (pixels.min().item<float>(), pixels.max().item<float>());
        (float Low, float High)[] units = [(0, 1), (-1, 1), (0, 255)];
        foreach (var unit in units)
            if (unit.Low <= low && high <= unit.High)
                return unit;
        return (low, high);
    }
}
