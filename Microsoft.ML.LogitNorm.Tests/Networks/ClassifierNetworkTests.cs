using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

[TestFixture]
public sealed class ClassifierNetworkTests
{
    private const int Classes = 5;

    private static readonly Backbone[] Backbones = Tiny.All;

    private static readonly Backbone[] BackbonesOfEverySize =
        [.. Tiny.All, Backbone.WideResNet(), Backbone.WideResNet(16, 4), Backbone.ResNet34(), Backbone.DenseNet(), Backbone.DenseNet(22, 7)];

    [Test]
    public void Forward_AnyImageShape_GivesEmbeddingAndLogits(
        [ValueSource(nameof(Backbones))] Backbone backbone, [Values(1, 3)] int channels, [Values(8, 19)] int height)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = backbone.Draw(channels, Classes);
        network.eval();
        var images = Tiny.Images(2, channels, height, width: 13);

        var embedding = network.Embed(images);
        var logits = network.Classify(embedding);

        Assert.That(embedding.shape, Is.EqualTo(new long[] { 2, backbone.Graph(NodeShape.Image(3)).EmbeddingSize }));
        Assert.That(logits.shape, Is.EqualTo(new long[] { 2, Classes }));
        Assert.That(network.call(images).allclose(logits), Is.True);
        Assert.That(logits.isfinite().all().ToBoolean(), Is.True);
    }

    [TestCaseSource(nameof(BackbonesOfEverySize))]
    public void Forward_SmallestImage_Works(Backbone backbone)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = backbone.Draw(3, Classes);
        network.eval();

        var logits = network.call(Tiny.Images(1, 3, backbone.Graph(NodeShape.Image(3)).MinimumImageSize, backbone.Graph(NodeShape.Image(3)).MinimumImageSize));

        Assert.That(logits.shape, Is.EqualTo(new long[] { 1, Classes }));
    }

    [TestCaseSource(nameof(BackbonesOfEverySize))]
    public void Head_IsTheLastTwoParameters(Backbone backbone)
    {
        using var network = backbone.CreateNetwork(NodeShape.Image(3), Classes, META);

        var parameters = network.parameters().ToArray();

        Assert.That(parameters[^2].Handle, Is.EqualTo(network.HeadWeight.Handle));
        Assert.That(parameters[^1].Handle, Is.EqualTo(network.HeadBias.Handle));
        Assert.That(network.HeadWeight.shape, Is.EqualTo(new long[] { Classes, backbone.Graph(NodeShape.Image(3)).EmbeddingSize }));
        Assert.That(network.HeadBias.shape, Is.EqualTo(new long[] { Classes }));
    }

    [TestCaseSource(nameof(BackbonesOfEverySize))]
    public void CreateNetwork_OnMeta_HasTheNamesAndShapesOfCpu(Backbone backbone)
    {
        using var onMeta = backbone.CreateNetwork(NodeShape.Image(3), Classes, META);
        using var onCpu = backbone.Draw(3, Classes);

        Assert.That(Layout(onMeta), Is.EqualTo(Layout(onCpu)));
        Assert.That(Layout(onMeta), Is.Unique);
        Assert.That(onMeta.parameters().Concat(onMeta.buffers()).Select(t => t.device_type), Is.All.EqualTo(DeviceType.META));
        Assert.That(onCpu.parameters().Concat(onCpu.buffers()).Select(t => t.device_type), Is.All.EqualTo(DeviceType.CPU));

        static string[] Layout(ClassifierNetwork network)
            => [.. network.named_parameters()
                .Select(p => (p.name, tensor: (Tensor)p.parameter))
                .Concat(network.named_buffers().Select(b => (b.name, tensor: b.buffer)))
                .Select(t => $"{t.name}: {t.tensor.dtype} [{string.Join(", ", t.tensor.shape)}]")];
    }

    [Test]
    public void CreateNetwork_HugeOnMeta_AllocatesNothing()
    {
        Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), 10, META).Dispose();   // whatever is loaded once
        var before = ResidentBytes();

        using var network = Backbone.WideResNet(40, 64).CreateNetwork(NodeShape.Image(3), 10, META);

        Assert.That(network.parameters().Sum(p => p.numel()) * sizeof(float), Is.GreaterThan(9_000_000_000));
        Assert.That(ResidentBytes() - before, Is.LessThan(100_000_000));

        static long ResidentBytes()
        {
            using var process = Process.GetCurrentProcess();
            return process.PrivateMemorySize64;
        }
    }

    [TestCaseSource(nameof(Backbones))]
    public void CreateNetwork_SameSeed_GivesSameWeights(Backbone backbone)
    {
        using var scope = NewDisposeScope();

        var (first, again, other) = (Weights(1), Weights(1), Weights(2));

        Assert.That(again.equal(first).all().ToBoolean(), Is.True);
        Assert.That(other.equal(first).all().ToBoolean(), Is.False);

        Tensor Weights(int seed)
        {
            using var network = backbone.Draw(3, Classes, seed: seed);
            return cat([.. network.parameters().Select(p => p.detach().flatten())], 0);
        }
    }

    [TestCaseSource(nameof(Backbones))]
    public void CreateNetwork_DrawsAsTheOriginals(Backbone backbone)
    {
        using var scope = NewDisposeScope();
        using var network = backbone.Draw(3, Classes);

        foreach (var weight in network.modules().OfType<ConvolutionLayer>().Select(c => c.Weight).Where(w => w.numel() > 2000))
        {
            var expected = Math.Sqrt(2.0 / (weight.shape[0] * weight.shape[2] * weight.shape[3]));
            Assert.That(weight.std().ToSingle(), Is.EqualTo(expected).Within(8).Percent);
            Assert.That(weight.mean().ToSingle(), Is.EqualTo(0).Within(0.08 * expected));
        }

        foreach (var norm in network.modules().OfType<BatchNormLayer>())
        {
            Assert.That(norm.Weight.data<float>(), Is.All.EqualTo(1));
            Assert.That(norm.Bias.data<float>(), Is.All.EqualTo(0));
        }

        Assert.That(network.HeadBias.data<float>(), Is.All.EqualTo(0));
    }

    [Test]
    public void Forward_ChannelsLastImages_StayChannelsLast([ValueSource(nameof(Backbones))] Backbone backbone, [Values(1, 3)] int channels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = backbone.Draw(channels, Classes);
        var channelStrides = new List<long>();
        foreach (var convolution in network.modules().OfType<ConvolutionLayer>())
            convolution.register_forward_hook((_, _, output) =>
            {
                channelStrides.Add(output.stride(1));
                return output;
            });

        network.call(Tiny.Images(2, channels, 8, 8));

        Assert.That(channelStrides, Is.Not.Empty.And.All.EqualTo(1));
    }

    [TestCaseSource(nameof(Backbones))]
    public void Train_RandomImages_LossFalls(Backbone backbone)
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var network = backbone.Draw(3, Classes);
        using var optimizer = optim.SGD(network.parameters(), 0.05, momentum: 0.9);
        var images = Tiny.Images(10, 3, 8, 8);
        var labels = arange(10) % Classes;
        var steps = backbone == Backbone.ResNet18() ? 6 : 40;

        var losses = Enumerable.Range(0, steps).Select(_ => Step(network, optimizer, images, labels)).ToArray();

        Assert.That(losses[^1], Is.LessThan(0.7 * losses[0]));
        Assert.That(network.parameters().Select(p => p.grad), Is.All.Not.Null);
    }

    [TestCaseSource(nameof(Backbones))]
    public void Train_ManySteps_KeepsNoTensors(Backbone backbone)
    {
        var steps = backbone == Backbone.ResNet18() ? 5 : 50;
        var beforeAll = LiveTensors();
        using (var scope = NewDisposeScope())
        {
            using var network = backbone.Draw(3, Classes);
            using var optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9);
            var images = Tiny.Images(4, 3, 8, 8);
            var labels = arange(4) % Classes;
            Step(network, optimizer, images, labels);   // gradients and momenta are born here
            var afterFirst = LiveTensors();

            for (var i = 0; i < steps; i++)
                Step(network, optimizer, images, labels);

            Assert.That(LiveTensors(), Is.EqualTo(afterFirst));
        }

        Assert.That(LiveTensors(), Is.EqualTo(beforeAll));

        static long LiveTensors() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
    }

    private static float Step(ClassifierNetwork network, optim.Optimizer optimizer, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = functional.cross_entropy(network.call(images), labels);
        loss.backward();
        optimizer.step();
        return loss.ToSingle();
    }

    [Test]
    public void Dispose_EveryLayer_FreesItsNativeHalf([ValueSource(nameof(Backbones))] Backbone backbone)
    {
        var network = backbone.CreateNetwork(NodeShape.Image(3), Classes, CPU, Head.Cosine());
        var handles = NativeHalves(network);
        Assert.That(handles, Has.None.Property("IsInvalid").True);
        network.Dispose();
        Assert.That(handles, Has.All.Property("IsInvalid").True);
    }

    // As that of a model that ML.NET has made and forgets, as a later part of its file cannot be read.
    [Test]
    public void Collect_NetworkThatNobodyDisposedOf_FreesItsNativeHalves()
    {
        var handles = Forgotten();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(handles, Has.All.Property("IsInvalid").True);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static SafeHandle[] Forgotten() => NativeHalves(Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), Classes, CPU));
    }

    private static SafeHandle[] NativeHalves(ClassifierNetwork network)
    {
        var handle = typeof(nn.Module).GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return [.. network.modules().Append(network).Select(module => (SafeHandle)handle.GetValue(module)!)];
    }
}
