using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Makes the parts of a network that only scores: batch norms, whose statistics no longer change, become part of the convolutions in front of them.
/// Owns their tensors.
/// </summary>
/// <remarks>
/// With γ, β, mean m and variance v a batch norm is x ↦ s·x + t, s = γ / √(v + ε) and t = β − m·s, for each channel. Behind a convolution, that is the
/// convolution with the weights s·w and the bias t.
/// </remarks>
/// <param name="device">Where the network is.</param>
/// <param name="rowsPerPass">Images that a full pass takes at once: what weights are laid out for, besides single images.</param>
/// <param name="oneDnn">Whether libtorch has <see cref="OneDnn"/>.</param>
internal sealed class Folding(Device device, long rowsPerPass, bool oneDnn) : IDisposable
{
    private readonly List<Tensor> _owned = [];
    private readonly List<FoldedConvolution> _convolutions = [];
    private readonly long? _rowsPerPass = device.type == DeviceType.CPU && oneDnn ? rowsPerPass : null;

    /// <summary>A convolution, with the batch norm and the ReLU that follow it, if any.</summary>
    public FoldedConvolution Convolution(ConvolutionLayer convolution, BatchNormLayer? norm = null, bool relu = false)
    {
        using var scope = NewDisposeScope();
        Tensor weight = convolution.Weight;
        var (stride, padding) = (convolution.Stride, convolution.Padding);
        Tensor? bias = null;
        if (norm is not null)
        {
            var (factor, offset) = Affine(norm);
            weight *= factor.view(-1, 1, 1, 1);
            bias = offset.DetachFromDisposeScope();
        }
        // A clone, as what is contiguous already, the weight of a 1×1 convolution, would be the network's own.
        var channelsLast = weight.permute(0, 2, 3, 1).clone().contiguous().permute(0, 3, 1, 2);
        var folded = new FoldedConvolution(channelsLast.DetachFromDisposeScope(), bias, stride, padding, relu, _rowsPerPass);
        _convolutions.Add(folded);
        return folded;
    }

    /// <summary>A batch norm that has no convolution in front of it, and the ReLU that follows, if any: two passes over memory.</summary>
    /// <param name="norm">The batch norm.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="vector">Whether it takes vectors [B, F] rather than feature maps [B, F, H, W].</param>
    public Func<Tensor, Tensor> Norm(BatchNormLayer norm, bool relu, bool vector)
    {
        using var scope = NewDisposeScope();
        var (factor, offset) = Affine(norm);
        if (!vector)
            (factor, offset) = (factor.view(1, -1, 1, 1), offset.view(1, -1, 1, 1));
        (factor, offset) = (Keep(factor), Keep(offset));
        return relu ? input => offset.PlusProduct(input, factor).relu_() : input => offset.PlusProduct(input, factor);
    }

    /// <summary>Frees what was laid out for images of other sizes than those to come. Not while another thread computes.</summary>
    public void ForgetLayouts() => _convolutions.ForEach(convolution => convolution.ForgetLayouts());

    public void Dispose()
    {
        _convolutions.ForEach(convolution => convolution.Dispose());
        _owned.ForEach(tensor => tensor.Dispose());
    }

    /// <summary>s and t of a batch norm, [C], in the caller's scope.</summary>
    public static (Tensor Factor, Tensor Offset) Affine(BatchNormLayer norm)
    {
        var factor = norm.Weight / norm.RunningVariance.Plus(BatchNormLayer.Epsilon).sqrt();
        return (factor, norm.Bias - (norm.RunningMean * factor));
    }

    private Tensor Keep(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
