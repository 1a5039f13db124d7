using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>A convolution for scoring only: the batch norm behind it is part of its weight and bias, and what follows is done in the same step. See <see cref="Folding"/>.</summary>
/// <param name="weight">[F, C, k, k], float32; laid out by <see cref="OneDnn.Reorder"/> where <paramref name="onOneDnn"/>, else channels last.</param>
/// <param name="bias">[F], or null.</param>
/// <param name="stride">Stride in both directions.</param>
/// <param name="padding">Padding on all sides.</param>
/// <param name="relu">Whether what is negative is cut off at the end.</param>
/// <param name="onOneDnn">Whether to compute by <see cref="OneDnn"/>; elsewhere by torch's own operators, step by step.</param>
internal sealed class FoldedConvolution(Tensor weight, Tensor? bias, int stride, int padding, bool relu, bool onOneDnn)
{
    /// <summary>[B, C, H, W] → [B, F, H', W'], in the caller's scope.</summary>
    public Tensor Of(Tensor input) => onOneDnn ? OneDnn.Convolve(input, weight, bias, stride, padding, relu) : Activated(Plain(input));

    /// <summary>Adds the convolution of <paramref name="input"/> to <paramref name="sum"/>, in place; the positive part is that of the whole sum.</summary>
    /// <returns>The sum.</returns>
    public Tensor AddTo(Tensor sum, Tensor input)
    {
        if (!onOneDnn)
            return Activated(sum.AddInPlace(Plain(input)));
        OneDnn.AddConvolution(sum, input, weight, bias, stride, padding, relu);
        return sum;
    }

    private Tensor Plain(Tensor input) => functional.conv2d(input, weight, bias, strides: [stride, stride], padding: [padding, padding]);

    private Tensor Activated(Tensor maps) => relu ? maps.relu_() : maps;
}
