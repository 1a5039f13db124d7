using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>The copy of a network that only scores: the same function, whatever the batch norms have learned.</summary>
[TestFixture]
public sealed class FoldedNetworkTests
{
    private static readonly ImageShape _shape = new(3, 16, 16);

    private static Backbone[] Backbones =>
        [
            Backbone.WideResNet(10, 1), Backbone.WideResNet(16, 2, dropout: 0), Backbone.ResNet18(), Backbone.DenseNet(10, 12),
            Backbone.DenseNet(16, 4, dropout: 0.2), Backbone.DenseNet(10, 4, stem: Stem.ImageNet), Backbone.ResNet50(),
        ];

    [Test]
    public void Embed_EveryArchitecture_IsTheNetworks([ValueSource(nameof(Backbones))] Backbone backbone, [Values(1, 2, 33)] int images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(backbone);
        using var folded = FoldedNetwork.Create(network, _shape, CPU)!;
        var pixels = Images(images);
        var expected = network.Embed(images == 1 ? cat([pixels, pixels]) : pixels).narrow(0, 0, images);
        var difference = (folded.Embed(pixels) - expected).abs().max().item<float>();
        Assert.That(difference, Is.LessThan(2e-6f * expected.abs().max().item<float>()));
    }

    [Test]
    public void Embed_MoreImagesThanOnePassTakes_ComeInTheirOrder()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(Backbone.WideResNet(10, 1));
        using var folded = FoldedNetwork.Create(network, _shape, CPU)!;
        var pixels = Images(300);   // passes of 128
        Assert.That(folded.Embed(pixels).allclose(network.Embed(pixels), rtol: 1e-4, atol: 1e-5), Is.True);
    }

    [Test]
    public void Create_WeightsChangeAfterwards_TheCopyStaysAsItWas()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(Backbone.WideResNet(10, 1));
        using var folded = FoldedNetwork.Create(network, _shape, CPU)!;
        var pixels = Images(4);
        var before = folded.Embed(pixels);
        foreach (var parameter in network.parameters())
            parameter.zero_();
        Assert.That((folded.Embed(pixels) - before).abs().max().item<float>(), Is.Zero);
    }

    [Test]
    public void Create_StatisticsAreNoNumbers_RefusesTheCopy()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(Backbone.WideResNet(10, 1));
        foreach (var norm in network.modules().OfType<BatchNormLayer>())
            norm.RunningMean.fill_(float.NaN);
        Assert.That(FoldedNetwork.Create(network, _shape, CPU), Is.Null);
    }

    [Test]
    public void Dispose_ManyCopies_LeaveNoTensors()
    {
        using var network = Network(Backbone.DenseNet(10, 12));
        Create();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 5; i++)
            Create();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));

        void Create()
        {
            using var scope = NewDisposeScope();
            using var folded = FoldedNetwork.Create(network, _shape, CPU);
            using var noGradient = inference_mode();
            folded!.Embed(Images(3));
        }
    }

    // Batch norms as training leaves them: away from 1 and 0.
    private static ClassifierNetwork Network(Backbone backbone)
    {
        manual_seed(1);
        var network = backbone.Draw(3, 4);
        using var noGradient = no_grad();
        foreach (var norm in network.modules().OfType<BatchNormLayer>())
        {
            norm.Weight.uniform_(0.5, 1.5);
            norm.Bias.uniform_(-0.3, 0.3);
            norm.RunningMean.uniform_(-0.3, 0.3);
            norm.RunningVariance.uniform_(0.5, 2);
        }
        network.Freeze();
        return network;
    }

    private static Tensor Images(int count) => randn(count, _shape.Height, _shape.Width, 3).permute(0, 3, 1, 2);
}
