using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.LogitNorm.Tests.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>ResNet and DenseNet, with either stem, and WideResNet give what their definitions give in plain Python: see Reference/networks.py.</summary>
[TestFixture]
[Category("Golden")]
public sealed class NetworkGoldenTests
{
    private const double RelativeTolerance = 1e-5;

    // Of a deviation that is small beside its mean the difference of two float32 sums has lost digits.
    private const double StatisticsTolerance = 1e-4;

    private static readonly Golden _golden = ReferenceNumbers.ReadOwn<Golden>("networks.json");

    private static IEnumerable<TestCaseData> Networks() =>
    [
        new(Backbone.ResNet18(), _golden.Resnet18Cifar),
        new(Backbone.ResNet18(Stem.ImageNet), _golden.Resnet18Imagenet),
        new(Backbone.DenseNet(10, 4), _golden.Densenet10Cifar),
        new(Backbone.DenseNet(10, 4, stem: Stem.ImageNet), _golden.Densenet10Imagenet),
        new(Backbone.WideResNet(10, 1, dropout: 0.3), _golden.Wideresnet10By1),
        new(Backbone.WideResNet(10, 2, dropout: 0), _golden.Wideresnet10By2),
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
        AssertClose(network.Embed(images, statistics: true).LayerStatistics!, golden.Statistics, StatisticsTolerance);

        using var folded = FoldedNetwork.Create(network, new(3, golden.Side, golden.Side), CPU)!;
        var byCopy = folded.Embed(images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), statistics: true);
        AssertClose(byCopy.Embedding, golden.Embedding);
        AssertClose(byCopy.LayerStatistics!, golden.Statistics, StatisticsTolerance);

        static string Ours(string name) => name.StartsWith("fc.", StringComparison.Ordinal) ? name.Replace("fc.", "head.") : $"embedding.{name}";
    }

    private static void AssertClose(Tensor actual, Matrix expected, double tolerance = RelativeTolerance)
    {
        Assert.That(actual.shape, Is.EqualTo(expected.Shape));
        var range = expected.Data.Max() - expected.Data.Min();
        Assert.That(actual.data<float>().Select(value => (double)value), Is.EqualTo(expected.Data).Within(tolerance * range));
    }

    internal sealed record Golden(
        double Amplitude,
        double Frequency,
        Pass Resnet18Cifar,
        Pass Resnet18Imagenet,
        Pass Densenet10Cifar,
        Pass Densenet10Imagenet,
        [property: JsonPropertyName("wideresnet10_1")] Pass Wideresnet10By1,
        [property: JsonPropertyName("wideresnet10_2")] Pass Wideresnet10By2);

    internal sealed record Pass(int Side, JsonElement[][] Parameters, Matrix Embedding, Matrix Logits, Matrix Statistics);
}
