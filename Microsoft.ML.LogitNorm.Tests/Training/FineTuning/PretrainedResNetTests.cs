using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Weights under torchvision's names give what a computation gives that is not this library's.</summary>
[TestFixture]
public sealed class PretrainedResNetTests
{
    private const int Side = 33;   // odd, so that each stride rounds

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(18, "F32")]
    [TestCase(18, "F64")]
    [TestCase(50, "BF16")]
    public void CopyTo_WeightsOfTorchvision_GivesTheEmbeddingByHand(int depth, string type)
    {
        var byHand = new ResNetByHand(depth, seed: depth, type == "BF16" ? SafetensorsByHand.ToBfloat16 : null);
        SafetensorsByHand.Write(_folder["weights.safetensors"], byHand.Weights.Reverse(), type, withCounts: true);
        var image = Image(3);
        var expected = byHand.Embed(image, Side);

        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var backbone = depth == 18 ? Backbone.ResNet18(Stem.ImageNet) : Backbone.ResNet50(Stem.ImageNet);
        var shape = new ImageShape(3, Side, Side);
        var spec = new ModelSpec(backbone, 2, new ImageInput("Image", shape, PixelKind.VectorOfSingle, false), InputNormalization.ImageNet, null);
        using var network = spec.CreateNetwork(CPU);
        PretrainedWeights.FromSafetensors(_folder["weights.safetensors"]).CopyTo(network, spec);
        network.Freeze();
        using var folded = FoldedNetwork.Create(network, shape, CPU)!;

        // Channels last in memory, and two rows: a single one takes another way in libtorch.
        var pixels = stack([.. image.Select(channel => tensor(channel.Select(value => (float)value).ToArray()).view(Side, Side))], 2).unsqueeze(0);
        var input = cat([pixels, pixels]).permute(0, 3, 1, 2);
        AssertNear(network.Embed(input), expected);
        AssertNear(folded.Embed(input), expected);
        AssertNear(folded.Embed(input.narrow(0, 0, 1)), expected);
    }

    private static void AssertNear(Tensor embeddings, double[] expected)
    {
        var values = embeddings[0].data<float>().Select(value => (double)value).ToArray();
        Assert.That(values, Is.EqualTo(expected).Within(1e-5 * expected.Max()));
        Assert.That(expected.Max() - expected.Min(), Is.GreaterThan(0.1), "or nothing would be compared");
    }

    private static double[][] Image(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Side * Side).Select(_ => (double)(float)((random.NextDouble() * 4) - 2)).ToArray())];
    }
}
