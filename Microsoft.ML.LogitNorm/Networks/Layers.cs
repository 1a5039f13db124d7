using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The one convolution that all backbones are made of.</summary>
internal static class Layers
{
    /// <summary>A square convolution without bias, padded so that stride 1 keeps the image's size. Batch norm follows each, so a bias would have no effect.</summary>
    public static Conv2d Convolution(int channels, int filters, int kernel, Device device, int stride = 1)
        => Conv2d(channels, filters, kernel, stride, padding: kernel / 2, bias: false, device: device);
}
