using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.Cosine"/>
internal sealed record CosineHead : Head
{
    internal override bool DecaysClassWeights => false;

    public override string ToString() => "Cosine()";

    /// <summary>Class weights as a linear layer draws them, as in the paper's public code.</summary>
    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
    {
        var module = new ScaledCosine(embeddingSize, classes, predicted => predicted.exp(), device);
        init.kaiming_uniform_(module.Weight, a: Math.Sqrt(5));   // U(−1/√D, 1/√D)
        return module;
    }
}
