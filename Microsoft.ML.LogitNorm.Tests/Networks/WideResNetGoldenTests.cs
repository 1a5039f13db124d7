using Microsoft.ML.LogitNorm.Tests.Reference;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>A network filled by the closed form of wrn.json gives what the official code gives.</summary>
[TestFixture]
[Category("Golden")]
public sealed class WideResNetGoldenTests
{
    private const double RelativeTolerance = 1e-5;

    [Test]
    public void Parameters_AreTheOfficialOnesInOrder()
    {
        var golden = ReferenceNumbers.Read<Golden>("wrn.json");
        using var network = Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), 10, META);

        var shapes = network.named_parameters().Select(p => p.parameter.shape);

        Assert.That(shapes, Is.EqualTo(golden.Parameters.Select(p => p[1].As<long[]>())));
        // The official names, in our two parts.
        Assert.That(
            network.named_parameters().Select(p => p.name),
            Is.EqualTo(golden.Parameters.Select(p => p[0].GetString()!).Select(
                name => name.StartsWith("fc.") ? name.Replace("fc.", "head.") : "embedding." + name.Replace(".layer.", "."))));
    }

    [Test]
    public void Forward_ClosedFormWeights_GivesOfficialEmbeddingAndLogits()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = ReferenceNumbers.Read<Golden>("wrn.json");
        using var network = Backbone.WideResNet(10, 1).Draw(3, 10);
        ClosedForm.Fill(network);
        network.eval();

        var embedding = network.Embed(ClosedForm.Input());
        var logits = network.Classify(embedding);

        AssertClose(embedding, golden.Embedding);
        AssertClose(logits, golden.Logits);
        AssertClose(network.call(ClosedForm.Input()), golden.Logits);
    }

    // The weights follow the file at hand, not the one that this test was written with.
    [TestCase(0.3, 1.234)]
    [TestCase(0.25, 0.77)]
    public void ClosedForm_AnotherAmplitudeAndFrequency_AreTheFiles(double amplitude, double frequency)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["wrn.json"], FormattableString.Invariant($$"""{ "amplitude": {{amplitude}}, "frequency": {{frequency}} }"""));
        using var network = Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), 10, CPU);
        var before = Environment.GetEnvironmentVariable(ReferenceNumbers.FolderVariable);
        Environment.SetEnvironmentVariable(ReferenceNumbers.FolderVariable, folder.Path);
        try
        {
            ClosedForm.Fill(network);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ReferenceNumbers.FolderVariable, before);
        }

        var parameters = network.named_parameters().Select(pair => pair.parameter).ToArray();
        var sines = Enumerable.Range(0, 2)
            .Select(parameter => Enumerable.Range(0, 3).Select(i => amplitude * Math.Sin((frequency * i) + parameter)).ToArray())
            .ToArray();
        Assert.That(First(parameters[0]), Is.EqualTo(sines[0]).Within(1e-6));
        Assert.That(First(parameters[1]), Is.EqualTo(sines[1].Select(sine => 1 + sine)).Within(1e-6), "a batch norm's weights");

        static double[] First(Tensor tensor)
        {
            using var scope = NewDisposeScope();
            return [.. tensor.detach().flatten().data<float>().Take(3).Select(value => (double)value)];
        }
    }

    [Test]
    public void CountParameters_OfficialSizes_AreEqual()
    {
        var golden = ReferenceNumbers.Read<Golden>("wrn.json").ParameterCounts;

        foreach (var (name, count) in golden)
        {
            var numbers = name.Split(['-', ',', ' '], StringSplitOptions.RemoveEmptyEntries);   // WRN-40-2, 10 classes
            using var network = Backbone.WideResNet(int.Parse(numbers[1]), int.Parse(numbers[2]))
                .CreateNetwork(NodeShape.Image(3), int.Parse(numbers[3]), META);
            Assert.That(network.parameters().Sum(p => p.numel()), Is.EqualTo(count), name);
        }

        Assert.That(golden, Has.Count.EqualTo(4));
    }

    private static void AssertClose(Tensor actual, Matrix expected)
    {
        Assert.That(actual.shape, Is.EqualTo(expected.Shape));
        var range = expected.Data.Max() - expected.Data.Min();
        Assert.That(actual.data<float>().Select(v => (double)v), Is.EqualTo(expected.Data).Within(RelativeTolerance * range));
    }

    private sealed record Golden(System.Text.Json.JsonElement[][] Parameters, Matrix Logits, Matrix Embedding, Dictionary<string, long> ParameterCounts);
}
