using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.DecomposedConfidence"/>
internal sealed record DecomposedConfidenceHead : Head
{
    internal override bool DecaysClassWeights => false;

    public override string ToString() => "DecomposedConfidence()";

    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
        => new ScaledCosine(embeddingSize, classes, predicted => predicted.sigmoid().reciprocal(), device);

    /// <summary>Draws the class weights from N(0, 2/D), as public implementations do.</summary>
    internal override void Draw(Module<Tensor, Tensor> module, Generator generator)
    {
        var cosine = (ScaledCosine)module;
        cosine.Scale.Draw(generator);
        using var noGradient = no_grad();
        cosine.Weight.normal_(0, Math.Sqrt(2.0 / cosine.Weight.shape[1]), generator);
    }
}
