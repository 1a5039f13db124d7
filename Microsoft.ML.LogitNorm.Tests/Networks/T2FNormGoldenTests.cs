using System.Globalization;
using Microsoft.ML.LogitNorm.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>T2FNorm's loss, gradients and scoring logits of more.json, in float64 like the reference.</summary>
[TestFixture]
[Category("Golden")]
public sealed class T2FNormGoldenTests
{
    // The files have nine digits.
    private const double Tolerance = 1e-8;

    private static readonly Dictionary<string, Golden> Numbers = ReferenceNumbers.Read<More>("more.json").T2fnorm.ByTau;
    private static readonly Inputs Given = ReferenceNumbers.Read<Inputs>("losses.json");

    private static IEnumerable<string> Taus => Numbers.Keys;

    [TestCaseSource(nameof(Taus))]
    public void Head_GoldenEmbedding_GivesReferenceLossGradientsAndScoringLogits(string tau)
    {
        using var scope = NewDisposeScope();
        var (head, golden) = (Given.ExtendedLogitnorm, Numbers[tau]);
        using var module = Head.T2FNorm(double.Parse(tau, CultureInfo.InvariantCulture)).CreateModule(head.Weight.Shape[1], head.Weight.Shape[0], CPU);
        module.to(float64);
        using (no_grad())
        {
            module.get_parameter("weight")!.copy_(head.Weight.ToTensor());
            module.get_parameter("bias")!.copy_(tensor(head.Bias));
        }
        var embedding = head.Embedding.ToTensor().requires_grad_();

        module.train();
        var logits = module.call(embedding);
        var loss = TrainingLoss.CrossEntropy().Compute(new(logits, embedding, module.get_parameter("weight")!, tensor(Given.Labels), Progress: 0));
        loss.backward();
        module.eval();
        var scoring = module.call(embedding);

        Assert.Multiple(() =>
        {
            Assert.That(loss.ToDouble(), Is.EqualTo(golden.Loss).Within(Tolerance * golden.Loss));
            Assert.That(embedding.grad!.data<double>(), Is.EqualTo(golden.GradEmbedding.Data).Within(Tolerance));
            Assert.That(module.get_parameter("weight")!.grad!.data<double>(), Is.EqualTo(golden.GradWeight.Data).Within(Tolerance));
            Assert.That(
                scoring.data<double>(), Is.EqualTo(golden.InferenceLogits.Data).Within(Tolerance * golden.InferenceLogits.Data.Max(Math.Abs)));
        });
    }

    [Test]
    public void T2FNorm_TauThatIsNoTemperature_IsRefused([Values(0, -0.1, double.NaN, double.PositiveInfinity)] double tau)
        => Assert.That(
            () => Head.T2FNorm(tau),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("tau").And.Message.Contains("such as 0.1"));

    private sealed record More(OfT2FNorm T2fnorm);

    private sealed record OfT2FNorm(Dictionary<string, Golden> ByTau);

    private sealed record Golden(double Loss, Matrix GradEmbedding, Matrix GradWeight, Matrix InferenceLogits);

    private sealed record Inputs(long[] Labels, GivenHead ExtendedLogitnorm);

    private sealed record GivenHead(Matrix Embedding, Matrix Weight, double[] Bias);
}
