using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.Cosine"/>
internal sealed record CosineHead : Head
{
    internal override bool DecaysClassWeights => false;

    public override string ToString() => "Cosine()";

    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
        => new ScaledCosine(embeddingSize, classes, predicted => predicted.exp(), device);

    /// <summary>Draws the class weights as a linear layer's, as the paper's public code does.</summary>
    internal override void Draw(Module<Tensor, Tensor> module, Generator generator)
    {
        var cosine = (ScaledCosine)module;
        cosine.Scale.Draw(generator);
        LinearLayer.Draw(cosine.Weight, generator);
    }
}
