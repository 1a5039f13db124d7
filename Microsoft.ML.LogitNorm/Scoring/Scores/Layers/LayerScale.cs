using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Layer statistics in units of their standard deviation over the training rows: feature maps differ in scale by orders of magnitude.</summary>
internal static class LayerScale
{
    /// <summary>Of a deviation below this share of the largest magnitude nothing but rounding is left.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Scales the training rows.</summary>
    /// <param name="statistics">[N, S], float32.</param>
    /// <returns>
    /// The scaled rows, [N, S], and what they were multiplied by, [S], both float64: 1 / deviation, or 0 for what is the same in all rows, such as
    /// a feature map that a ReLU has shut for good: there is no unit to measure it by.
    /// </returns>
    public static (Tensor Rows, Tensor Scale) Standardize(Tensor statistics)
    {
        using var scope = NewDisposeScope();
        var rows = statistics.to(float64);
        var deviation = rows.std(0, unbiased: false);
        var varies = deviation.gt(rows.abs().amax([0]).Times(Rounding));
        var scale = varies.to(float64) / deviation.Filled(varies.logical_not(), 1);
        return ((rows * scale).MoveToOuterDisposeScope(), scale.MoveToOuterDisposeScope());
    }
}
