using System.Globalization;
using Microsoft.ML.LogitNorm.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Losses;

/// <summary>Losses and gradients of losses.json, in float64 like the references.</summary>
[TestFixture]
[Category("Golden")]
public sealed class LossesGoldenTests
{
    // The files have nine digits.
    private const double Tolerance = 1e-8;

    private static readonly Golden Numbers = ReferenceNumbers.Read<Golden>("losses.json");

    private static IEnumerable<TestCaseData> Losses =>
    [
        new(TrainingLoss.CrossEntropy(), Numbers.CrossEntropy),
        .. Numbers.Logitnorm.Select(golden => new TestCaseData(TrainingLoss.LogitNorm(Number(golden.Key), warmup: 0), golden.Value)),
        .. Numbers.LogitPenalty.Select(golden => new TestCaseData(TrainingLoss.LogitPenalty(Number(golden.Key)), golden.Value)),
    ];

    [TestCaseSource(nameof(Losses))]
    public void Compute_GoldenLogits_GivesReferenceLoss(TrainingLoss loss, double expected)
    {
        using var scope = NewDisposeScope();

        var actual = loss.Compute(StepOn(Numbers.Logits.ToTensor()));

        Assert.That(actual.shape, Is.Empty);
        Assert.That(actual.ToDouble(), Is.EqualTo(expected).Within(Tolerance * Math.Abs(expected)));
    }

    [Test]
    public void LogitNorm_GoldenLogits_GivesReferenceGradient()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Logits.ToTensor().requires_grad_();

        TrainingLoss.LogitNorm(0.04, warmup: 0).Compute(StepOn(logits)).backward();

        const double tolerance = Tolerance / 0.04;   // dividing by tau magnifies the logits' rounding
        var classes = Numbers.Logits.Shape[1];
        var actual = logits.grad!.data<double>().ToArray();
        foreach (var row in Enumerable.Range(0, Numbers.Logits.Shape[0]).Except(Numbers.GradientRowsSkipped))
        {
            var expected = Numbers.LogitnormGradientTau004.Data[(row * classes)..((row + 1) * classes)];
            Assert.That(actual[(row * classes)..((row + 1) * classes)], Is.EqualTo(expected).Within(tolerance * expected.Max(Math.Abs)), $"row {row}");
        }
    }

    [Test]
    public void LogitNorm_EachRow_StaysAboveItsBound([Values("0.01", "0.04", "0.1", "1.0")] string tau)
    {
        using var scope = NewDisposeScope();
        var loss = TrainingLoss.LogitNorm(Number(tau), warmup: 0);
        var logits = Numbers.Logits.ToTensor();

        for (var row = 0; row < Numbers.Labels.Length; row++)
        {
            var one = new TrainingStep(logits[row..(row + 1)], logits, logits, tensor(Numbers.Labels[row..(row + 1)]), Progress: 1);
            Assert.That(loss.Compute(one).ToDouble(), Is.AtLeast(Numbers.LogitnormLowerBound[tau] * (1 - Tolerance)));
        }
    }

    [Test]
    public void ExtendedLogitNorm_GoldenHead_GivesReferenceLossAndGradients()
    {
        using var scope = NewDisposeScope();
        var golden = Numbers.ExtendedLogitnorm;
        var embedding = golden.Embedding.ToTensor().requires_grad_();
        var weight = golden.Weight.ToTensor().requires_grad_();
        var logits = nn.functional.linear(embedding, weight, tensor(golden.Bias));

        var loss = TrainingLoss.ExtendedLogitNorm().Compute(new(logits, embedding, weight, tensor(Numbers.Labels), Progress: 0));
        loss.backward();

        Assert.That(loss.ToDouble(), Is.EqualTo(golden.Loss).Within(Tolerance * golden.Loss));
        Assert.That(embedding.grad!.data<double>(), Is.EqualTo(golden.GradEmbedding.Data).Within(Tolerance));
        Assert.That(weight.grad!.data<double>(), Is.EqualTo(golden.GradWeight.Data).Within(Tolerance));
    }

    private static TrainingStep StepOn(Tensor logits) => new(logits, logits, logits, tensor(Numbers.Labels), Progress: 0);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Golden(
        Matrix Logits,
        long[] Labels,
        double CrossEntropy,
        Dictionary<string, double> Logitnorm,
        Dictionary<string, double> LogitPenalty,
        Dictionary<string, double> LogitnormLowerBound,
        [property: System.Text.Json.Serialization.JsonPropertyName("logitnorm_gradient_tau_0.04")] Matrix LogitnormGradientTau004,
        int[] GradientRowsSkipped,
        GoldenHead ExtendedLogitnorm);

    private sealed record GoldenHead(Matrix Embedding, Matrix Weight, double[] Bias, double Loss, Matrix GradWeight, Matrix GradEmbedding);
}
