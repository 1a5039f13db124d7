using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

[TestFixture]
public sealed class BackboneTests
{
    private static readonly TestCaseData[] Sizes =
    [
        new(Backbone.WideResNet(40, 2), 10, 2_243_546),
        new(Backbone.WideResNet(40, 2), 100, 2_255_156),
        new(Backbone.WideResNet(16, 1), 10, 175_066),
        new(Backbone.WideResNet(10, 1), 10, 77_850),
        new(Backbone.ResNet18(), 10, 11_173_962),
        new(Backbone.ResNet34(), 10, 21_282_122),
        // torchvision's own counts, on ImageNet's 1000 classes.
        new(Backbone.ResNet18(Stem.ImageNet), 1000, 11_689_512),
        new(Backbone.ResNet34(Stem.ImageNet), 1000, 21_797_672),
        new(Backbone.ResNet50(Stem.ImageNet), 1000, 25_557_032),
        new(Backbone.DenseNet(100, 12), 10, 769_162),
    ];

    private static readonly TestCaseData[] Written =
    [
        new(Backbone.WideResNet(), "WideResNet(40, 2)"),
        new(Backbone.WideResNet(16, 4, 0.25), "WideResNet(16, 4, 0.25)"),
        new(Backbone.ResNet18(), "ResNet18()"),
        new(Backbone.ResNet34(), "ResNet34()"),
        new(Backbone.ResNet50(Stem.ImageNet), "ResNet50(ImageNet)"),
        new(Backbone.DenseNet(), "DenseNet(100, 12)"),
        new(Backbone.DenseNet(40, 12, 0.2), "DenseNet(40, 12, 0.2)"),
    ];

    [TestCaseSource(nameof(Sizes))]
    public void CreateNetwork_KnownSize_HasItsParameterCount(Backbone backbone, int classes, long expected)
    {
        using var network = backbone.CreateNetwork(NodeShape.Image(3), classes, META);

        Assert.That(network.parameters().Sum(p => p.numel()), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Written))]
    public void ToString_IsWhatAUserTypes(Backbone backbone, string expected) => Assert.That(backbone.ToString(), Is.EqualTo(expected));

    [TestCaseSource(nameof(Written))]
    public void Json_RoundTrip_IsEqual(Backbone backbone, string written)
    {
        var json = JsonSerializer.Serialize(backbone, backbone.GetType());

        Assert.That(JsonSerializer.Deserialize(json, backbone.GetType()), Is.EqualTo(backbone), written);
        var parameters = backbone.GetType().GetConstructors().Single().GetParameters().Select(p => p.Name);
        Assert.That(JsonDocument.Parse(json).RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(parameters));
    }

    [TestCase(41, "40 and 46")]
    [TestCase(39, "34 and 40")]
    [TestCase(45, "40 and 46")]
    [TestCase(4, "nearest is 10.")]
    [TestCase(-7, "nearest is 10.")]
    [TestCase(int.MinValue, "nearest is 10.")]
    [TestCase(999, "994 and 1000")]
    [TestCase(1006, "nearest is 1000.")]
    [TestCase(int.MaxValue, "nearest is 1000.")]
    public void Depth_NotSixNPlusFour_NamesTheNearest(int depth, string nearest)
    {
        Assert.That(
            () => Backbone.WideResNet(depth, 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("WideResNet has a depth of 6n + 4").And.Message.Contains(nearest));
        Assert.That(
            () => Backbone.DenseNet(depth),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("DenseNet has a depth of 6n + 4").And.Message.Contains(nearest));
    }

    [TestCase(10)]
    [TestCase(16)]
    [TestCase(1000)]
    public void Depth_SixNPlusFour_IsAccepted(int depth)
        => Assert.That(() => (Backbone.WideResNet(depth, 1), Backbone.DenseNet(depth)), Throws.Nothing);

    [TestCase(0)]
    [TestCase(1025)]
    public void Factor_OutOfRange_NamesTheParameter(int factor)
    {
        Assert.That(() => Backbone.WideResNet(10, factor), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("widen"));
        Assert.That(() => Backbone.DenseNet(10, factor), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("growth"));
    }

    [TestCase(-0.1)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Dropout_OutOfRange_NamesTheParameter(double dropout)
    {
        Assert.That(() => Backbone.WideResNet(10, 1, dropout), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("dropout"));
        Assert.That(() => Backbone.DenseNet(10, 4, dropout), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("dropout"));
    }

    [TestCase(0, 10, "channels")]
    [TestCase(3, 0, "classes")]
    public void CreateNetwork_NothingInOrOut_NamesTheParameter(int channels, int classes, string name)
        => Assert.That(
            () => Backbone.ResNet18().CreateNetwork(NodeShape.Image(channels), classes, META),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(name));

    [Test]
    public void Equality_IsByParameters()
    {
        Assert.That(Backbone.WideResNet(40, 2, 0.3), Is.EqualTo(Backbone.WideResNet()));
        Assert.That(Backbone.WideResNet(40, 2, 0), Is.Not.EqualTo(Backbone.WideResNet()));
        Assert.That(Backbone.ResNet18(), Is.Not.EqualTo(Backbone.ResNet34()));
    }
}
