using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores, in float32, that are equal to a calibration score but for the rounding of another library.</summary>
/// <remarks>
/// ONNX Runtime sums in another order than libtorch, and a score that was a calibration row's own comes out a ten-millionth lower or higher. Where many are
/// equal, such as the softmax of sure predictions, which is 1, that would move it past all of them. So calibration scores lie higher by what rounding may
/// make of them: such a score counts as equal, as it does in the model.
/// </remarks>
internal static class Ties
{
    /// <summary>
    /// Two roundings of float32, as a share of the value. More would make equals of the softmax of predictions that are nearly sure, and differ.
    /// </summary>
    private const double Rounding = 1.0 / (1 << 22);

    /// <summary>Ranks or thresholds, a little higher.</summary>
    /// <param name="ranks">Of any shape; may be infinite.</param>
    public static Tensor Widened(Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var sizes = ranks.abs();
        var usual = sizes.masked_select(ranks.isfinite());
        var typical = usual.numel() == 0 ? sizes : usual.median();
        return where(ranks.isfinite(), ranks.Plus(sizes.Plus(typical).Times(Rounding)), ranks).MoveToOuterDisposeScope();
    }
}
