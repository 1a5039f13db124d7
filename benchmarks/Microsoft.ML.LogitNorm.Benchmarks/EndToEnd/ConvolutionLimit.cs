using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>A network's convolutions and nothing else, in the folded network's own form: no forward pass by oneDNN can be faster.</summary>
internal sealed class ConvolutionLimit : IDisposable
{
    private readonly Folding _folding = new(CPU);
    private readonly List<(FoldedConvolution Convolution, Tensor Input)> _steps = [];

    /// <summary>Runs the network once to learn the sizes of its maps.</summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="images">[B, 3, H, W], as many as it is given at once.</param>
    public ConvolutionLimit(ImageClassifier network, Tensor images)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        foreach (var convolution in network.modules().OfType<Conv2d>())
        {
            var folded = _folding.Convolution(convolution);
            convolution.register_forward_pre_hook((_, input) =>
            {
                var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
                _steps.Add((folded, rand(batch, height, width, channels).permute(0, 3, 1, 2).DetachFromDisposeScope()));
                return input;
            });
        }
        network.call(images);
    }

    public void Run()
    {
        using var noGradient = inference_mode();
        foreach (var (convolution, input) in _steps)
            convolution.Of(input).Dispose();
    }

    public void Dispose()
    {
        _steps.ForEach(step => step.Input.Dispose());
        _folding.Dispose();
    }
}
