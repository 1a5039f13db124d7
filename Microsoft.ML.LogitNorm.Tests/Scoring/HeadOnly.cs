using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>A network that is its head: the embedding comes from elsewhere.</summary>
internal static class HeadOnly
{
    /// <summary>Wraps a linear head of the given weight [C, D] and bias [C]. The caller disposes it.</summary>
    public static TrainedNetwork Create(Tensor weight, Tensor bias)
    {
        var classifier = Backbone.Dense().CreateNetwork(NodeShape.Vector((int)weight.shape[1]), (int)weight.shape[0], CPU);
        using (no_grad())
        {
            classifier.HeadWeight.copy_(weight);
            classifier.HeadBias.copy_(bias);
        }
        classifier.Freeze();
        return new(classifier, CPU, new VectorInput("Features", (int)weight.shape[1]), new([0], [1]), owner: typeof(LogitNormModel));
    }
}
