using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.DecomposedConfidence"/>
internal sealed record DecomposedConfidenceHead : Head
{
    internal override bool DecaysClassWeights => false;

    public override string ToString() => "DecomposedConfidence()";

    /// <summary>Class weights from N(0, 2/D), as public implementations draw them.</summary>
    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
    {
        var module = new ScaledCosine(embeddingSize, classes, predicted => predicted.sigmoid().reciprocal(), device);
        init.kaiming_normal_(module.Weight);
        return module;
    }
}
