using Microsoft.ML.LogitNorm.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Losses;

/// <summary>The outliers' term and its gradients of more.json, in float64 like the reference.</summary>
[TestFixture]
[Category("Golden")]
public sealed class OutlierExposureGoldenTests
{
    // The files have nine digits.
    private const double Tolerance = 1e-8;

    private static readonly Golden Numbers = ReferenceNumbers.Read<More>("more.json").OutlierExposure;
    private static readonly Inputs Given = ReferenceNumbers.Read<Inputs>("losses.json");

    [Test]
    public void Compute_GoldenLogits_GivesReferenceTermAndGradients()
    {
        using var scope = NewDisposeScope();
        int[] kept = [.. Enumerable.Range(0, Given.Labels.Length).Except(Given.GradientRowsSkipped)];
        var half = kept.Length / 2;
        var (known, outliers) = (Rows(kept[..half]).requires_grad_(), Rows(kept[half..]).requires_grad_());
        var labels = tensor(kept[..half].Select(row => Given.Labels[row]).ToArray());
        var loss = TrainingLoss.CrossEntropy();

        var crossEntropy = loss.Compute(new(known, known, known, labels, Progress: 0));
        var term = OutlierExposure.Compute(loss.OutlierLogits(outliers, progress: 0));
        var total = crossEntropy + (term * Numbers.Lambda);
        total.backward();

        Assert.Multiple(() =>
        {
            Assert.That(term.ToDouble(), Is.EqualTo(Numbers.OutlierTerm).Within(Tolerance * Numbers.OutlierTerm));
            Assert.That(total.ToDouble(), Is.EqualTo(Numbers.Total).Within(Tolerance * Numbers.Total));
            Assert.That(known.grad!.data<double>(), Is.EqualTo(Numbers.GradKnown.Data).Within(Tolerance));
            Assert.That(outliers.grad!.data<double>(), Is.EqualTo(Numbers.GradOutliers.Data).Within(Tolerance));
        });
    }

    [Test]
    public void Compute_EqualLogits_IsLogOfTheClasses()
    {
        using var scope = NewDisposeScope();
        Assert.That(OutlierExposure.Compute(full([3, 5], -1000.0, float64)).ToDouble(), Is.EqualTo(Math.Log(5)).Within(1e-9));
    }

    [Test]
    public void OutlierLogits_LogitNorm_HasTheNormOfTauInverseAtEachPointOfTheWarmup()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new double[,] { { 3, 4 }, { -30, 40 } });
        var loss = TrainingLoss.LogitNorm(0.25, warmup: 0.5);
        foreach (var (progress, tau) in ((double, double)[])[(0, 1), (0.25, 0.5), (0.5, 0.25), (1, 0.25)])
            Assert.That(loss.OutlierLogits(logits, progress).norm(1, keepdim: false, p: 2).data<double>(), Is.All.EqualTo(1 / tau).Within(1e-6));
    }

    private static Tensor Rows(int[] rows)
    {
        var classes = Given.Logits.Shape[1];
        return tensor(rows.SelectMany(row => Given.Logits.Data[(row * classes)..((row + 1) * classes)]).ToArray(), [rows.Length, classes]);
    }

    private sealed record More(Golden OutlierExposure);

    private sealed record Golden(double Lambda, double CrossEntropy, double OutlierTerm, double Total, Matrix GradKnown, Matrix GradOutliers);

    private sealed record Inputs(Matrix Logits, long[] Labels, int[] GradientRowsSkipped);
}
