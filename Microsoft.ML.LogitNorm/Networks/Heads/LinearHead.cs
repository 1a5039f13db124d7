using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.Linear"/>
internal sealed record LinearHead : Head
{
    internal override bool DecaysClassWeights => true;

    public override string ToString() => "Linear()";

    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device) => new LinearLayer(embeddingSize, classes, device);

    internal override void Draw(Module<Tensor, Tensor> module, Generator generator) => ((LinearLayer)module).Draw(generator);
}
