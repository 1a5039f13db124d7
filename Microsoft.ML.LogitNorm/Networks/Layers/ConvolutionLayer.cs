using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The one convolution that all backbones are made of: [B, channels, H, W] → [B, filters, H / stride, W / stride].</summary>
/// <remarks>
/// Square, without bias, as batch norm follows each, and padded so that stride 1 keeps the image's size.
/// TorchSharp's own draws first weights from torch's global generator, which belongs to the application.
/// </remarks>
internal sealed class ConvolutionLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    /// <summary>A layer whose weights are 0.</summary>
    /// <param name="channels">C, of the input.</param>
    /// <param name="filters">F, channels of the output.</param>
    /// <param name="kernel">k, an odd number of pixels.</param>
    /// <param name="device">Where it will be.</param>
    /// <param name="stride">Stride in both directions.</param>
    public ConvolutionLayer(long channels, long filters, int kernel, Device device, int stride = 1)
        : base("Convolution")
    {
        weight = Parameter(zeros(filters, channels, kernel, kernel, device: device));
        weight.DetachFromDisposeScope();
        (Stride, Padding) = (stride, kernel / 2);
        RegisterComponents();
    }

    /// <summary>[F, C, k, k].</summary>
    public Parameter Weight => weight;

    /// <summary>Stride in both directions.</summary>
    public int Stride { get; }

    /// <summary>Padding on all sides.</summary>
    public int Padding { get; }

    /// <summary>Draws the weights as the paper's WideResNet code does, for all architectures: from N(0, 2 / (k² · F)).</summary>
    public void Draw(Generator generator)
    {
        using var noGradient = no_grad();
        weight.normal_(0, Math.Sqrt(2.0 / (weight.shape[0] * weight.shape[2] * weight.shape[3])), generator);
    }

    public override Tensor forward(Tensor input) => functional.conv2d(input, weight, null, strides: [Stride, Stride], padding: [Padding, Padding]);
}
