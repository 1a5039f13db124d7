using System.Text.Json;
using Microsoft.ML.LogitNorm.Tests.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>ResNet and DenseNet, with either stem, give what their definitions give in plain Python: see Reference/networks.py.</summary>
[TestFixture]
[Category("Golden")]
public sealed class NetworkGoldenTests
{
    private const double RelativeTolerance = 1e-5;

    private static readonly Golden _golden = ReferenceNumbers.ReadOwn<Golden>("networks.json");

    private static IEnumerable<TestCaseData> Networks() =>
    [
        new(Backbone.ResNet18(), _golden.Resnet18Cifar),
        new(Backbone.ResNet18(Stem.ImageNet), _golden.Resnet18Imagenet),
        new(Backbone.DenseNet(10, 4), _golden.Densenet10Cifar),
        new(Backbone.DenseNet(10, 4, stem: Stem.ImageNet), _golden.Densenet10Imagenet),
    ];

    [TestCaseSource(nameof(Networks))]
    public void Forward_ClosedFormWeights_GivesTheDefinitionsNumbers(Backbone backbone, object expected)
    {
        var golden = (Pass)expected;
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = backbone.Draw(3, (int)golden.Logits.Shape[1]);
        Assert.That(
            network.named_parameters().Select(entry => $"{entry.name} {string.Join('×', entry.parameter.shape)}"),
            Is.EqualTo(golden.Parameters.Select(entry => $"{Ours(entry[0].GetString()!)} {string.Join('×', entry[1].As<long[]>())}")));
        ClosedForm.FillByInputs(network, _golden.Amplitude, _golden.Frequency);
        network.eval();
        var images = ClosedForm.Input(golden.Side);

        AssertClose(network.Embed(images), golden.Embedding);
        AssertClose(network.call(images), golden.Logits);

        using var folded = FoldedNetwork.Create(network, new(3, golden.Side, golden.Side), CPU)!;
        AssertClose(folded.Embed(images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)), golden.Embedding);

        static string Ours(string name) => name.StartsWith("fc.", StringComparison.Ordinal) ? name.Replace("fc.", "head.") : $"embedding.{name}";
    }

    private static void AssertClose(Tensor actual, Matrix expected)
    {
        Assert.That(actual.shape, Is.EqualTo(expected.Shape));
        var range = expected.Data.Max() - expected.Data.Min();
        Assert.That(actual.data<float>().Select(value => (double)value), Is.EqualTo(expected.Data).Within(RelativeTolerance * range));
    }

    internal sealed record Golden(double Amplitude, double Frequency, Pass Resnet18Cifar, Pass Resnet18Imagenet, Pass Densenet10Cifar, Pass Densenet10Imagenet);

    internal sealed record Pass(int Side, JsonElement[][] Parameters, Matrix Embedding, Matrix Logits);
}
