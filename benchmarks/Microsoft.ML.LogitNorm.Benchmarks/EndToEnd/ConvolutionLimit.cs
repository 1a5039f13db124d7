using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>A network's convolutions and nothing else, in the folded network's own form: no forward pass by oneDNN can be faster.</summary>
internal sealed class ConvolutionLimit : IDisposable
{
    private readonly Folding _folding;
    private readonly List<(FoldedConvolution Convolution, Tensor Input)> _steps = [];

    // One of each size, so that they are in the caches as a network's feature maps are.
    private readonly Dictionary<(long, long, long, long), Tensor> _inputs = [];

    /// <summary>Runs the network once to learn the sizes of its feature maps.</summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="images">[B, 3, H, W], as many as it is given at once.</param>
    public ConvolutionLimit(ClassifierNetwork network, Tensor images)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        _folding = new(CPU, images.shape[0], OneDnn.IsAvailable);
        foreach (var convolution in network.modules().OfType<ConvolutionLayer>())
        {
            var folded = _folding.Convolution(convolution);
            convolution.register_forward_pre_hook((_, input) =>
            {
                var size = (input.shape[0], input.shape[2], input.shape[3], input.shape[1]);
                if (!_inputs.TryGetValue(size, out var featureMaps))
                    _inputs.Add(size, featureMaps = rand(size.Item1, size.Item2, size.Item3, size.Item4).permute(0, 3, 1, 2).DetachFromDisposeScope());
                _steps.Add((folded, featureMaps));
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
        foreach (var input in _inputs.Values)
            input.Dispose();
        _folding.Dispose();
    }
}
