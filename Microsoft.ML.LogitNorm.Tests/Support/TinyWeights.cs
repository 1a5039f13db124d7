using TorchSharp;
using static TorchSharp.torch;
using Weight = Microsoft.ML.LogitNorm.Tests.ResNetByHand.Weight;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The layers before the head of the network of <see cref="TinyImages"/>, as a file has them.</summary>
internal static class TinyWeights
{
    /// <summary>Drawn weights, with batch norms that are not those of a new network.</summary>
    public static Dictionary<string, Weight> Draw(int seed = 5, Backbone? backbone = null)
    {
        using var scope = NewDisposeScope();
        using var network = (backbone ?? TinyImages.Options.Backbone).Draw(3, 2, seed: seed);
        return network.Embedding.state_dict().Where(entry => entry.Value.dtype == ScalarType.Float32).ToDictionary(entry => entry.Key, entry => Of(entry.Value));

        static Weight Of(Tensor tensor)
            => new([.. tensor.shape.Select(length => (int)length)], tensor.detach().add(0.125f.ToScalar()).contiguous().data<float>().ToArray());
    }

    /// <summary>A training's options that begin with weights of a file.</summary>
    public static LogitNormTrainer.Options From(string path) => TinyImages.Options with { InitialWeights = PretrainedWeights.FromSafetensors(path) };

    /// <summary>A model's weights by name, bit for bit.</summary>
    public static Dictionary<string, byte[]> Of(LogitNormModel model) => Of(model.Network.Classifier);

    /// <inheritdoc cref="Of(LogitNormModel)"/>
    public static Dictionary<string, byte[]> Of(ClassifierNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().contiguous().bytes.ToArray());
    }
}
