using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.Linear"/>
internal sealed record LinearHead : Head
{
    internal override bool DecaysClassWeights => true;

    public override string ToString() => "Linear()";

    /// <summary>Weights as the layer draws them, biases at 0, as in the paper's WideResNet code.</summary>
    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
    {
        var layer = nn.Linear(embeddingSize, classes, device: device);
        init.zeros_(layer.bias!);
        return layer;
    }
}
