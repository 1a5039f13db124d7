using System.Text.Json.Serialization;
using Microsoft.ML.LogitNorm.Tests.Networks;
using Microsoft.ML.LogitNorm.Tests.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>ODIN with its step, through a whole network, equals the official code.</summary>
/// <remarks>
/// The official code perturbs one image at a time; the gradient of each image does not depend on the others, so a batch gives the same. It also takes
/// CIFAR-10's standard deviations for every data set; ours are those of the model, so the test gives it CIFAR-10's.
/// </remarks>
[TestFixture]
[Category("Golden")]
public sealed class OdinGoldenTests
{
    private const double RelativeTolerance = 1e-4;

    // The official code's, in its order of channels.
    private static readonly double[] _deviations = [63 / 255.0, 62.1 / 255, 66.7 / 255];

    [Test]
    public void Perturbed_AtTemperature1000_GivesTheOfficialLogits()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var golden = ReferenceNumbers.Read<Golden>("wrn.json");
        using var network = Network();

        var logits = network.call(Perturbed(network, 1000));

        var expected = golden.PerturbedLogits.Data;
        Assert.That(
            logits.data<float>().ToArray().Select(value => (double)value), Is.EqualTo(expected).Within(RelativeTolerance * (expected.Max() - expected.Min())));
    }

    [TestCase(1)]
    [TestCase(1000)]
    public void Score_WithStep_EqualsTheOfficialConfidence(int temperature)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var golden = ReferenceNumbers.Read<Golden>("wrn.json");
        using var network = Network();

        // Without a further step, the perturbed image's logits score as the image itself does with one.
        var found = OodScores.Odin(temperature, 0)
            .Compute(new(network.call(Perturbed(network, temperature)), null, null, null, new Dictionary<string, Tensor>()));

        // At a high temperature all confidences lie close to 1/C: what counts is C · conf − 1.
        var expected = (temperature == 1 ? golden.ConfidenceAt1 : golden.ConfidenceAt1000).Select(Excess).ToArray();
        Assert.That(found.Select(value => Excess(-value)), Is.EqualTo(expected).Within(temperature == 1 ? 1e-4 : 1e-7));
        Assert.That(expected.Distinct().Count(), Is.EqualTo(2));

        static double Excess(double confidence) => 10 * confidence - 1;
    }

    private static Tensor Perturbed(ClassifierNetwork network, double temperature)
        => new Odin(temperature, 0.0014)
            .Perturbed(network, ClosedForm.Input(), tensor(_deviations.Select(deviation => (float)(0.0014 / deviation)).ToArray()).view(3, 1, 1));

    private static ClassifierNetwork Network()
    {
        var network = Backbone.WideResNet(10, 1).Draw(3, 10);
        ClosedForm.Fill(network);
        network.Freeze();
        return network;
    }

    private sealed record Golden(
        [property: JsonPropertyName("odin_T1_eps0.0014_conf")] double[] ConfidenceAt1,
        [property: JsonPropertyName("odin_T1000_eps0.0014_conf")] double[] ConfidenceAt1000,
        [property: JsonPropertyName("odin_T1000_eps0.0014_perturbed_logits")] Matrix PerturbedLogits);
}
