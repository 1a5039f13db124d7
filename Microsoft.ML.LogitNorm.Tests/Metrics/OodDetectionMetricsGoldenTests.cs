using Microsoft.ML.LogitNorm.Tests.Reference;

namespace Microsoft.ML.LogitNorm.Tests.Metrics;

/// <summary>The numbers of the paper's code, of OpenOOD and of the bare definition on the same rows.</summary>
[TestFixture, Category("Golden")]
public sealed class OodDetectionMetricsGoldenTests
{
    private const double Printed = 1e-9;   // the definition's numbers are printed with nine digits, the others with all

    private static IEnumerable<TestCaseData<Case>> Cases()
        => ReferenceNumbers.Read<GoldenFile>("metrics.json").Cases.Select(c => new TestCaseData<Case>(c).SetArgDisplayNames(c.Name));

    [Test]
    public void Cases_AreTheEightOfTheFile()
        => Assert.That(Cases().Count(), Is.EqualTo(8));

    [TestCaseSource(nameof(Cases))]
    public void Compute_AgreesWithThePapersCode(Case golden)
    {
        var metrics = Compute(golden);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.FprAt95TprNearest, Is.EqualTo(golden.Official.Fpr95IdPositive).Within(1e-12));
            Assert.That(metrics.Auroc, Is.EqualTo(golden.Official.Auroc).Within(1e-12));
            Assert.That(metrics.AuprIn, Is.EqualTo(golden.Official.AuprIdPositive).Within(1e-12));
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void Compute_AgreesWithOpenOod(Case golden)
    {
        var metrics = Compute(golden);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.FprAt95TprOutPositive, Is.EqualTo(golden.Openood.Fpr95OodPositive).Within(1e-12));
            Assert.That(metrics.Auroc, Is.EqualTo(golden.Openood.Auroc).Within(1e-12));
            Assert.That(metrics.AuprInTrapezoid, Is.EqualTo(golden.Openood.AuprIn).Within(1e-12));
            Assert.That(metrics.AuprOutTrapezoid, Is.EqualTo(golden.Openood.AuprOut).Within(1e-12));
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void Compute_AgreesWithTheDefinition(Case golden)
    {
        var metrics = Compute(golden);

        Assert.Multiple(() =>
        {
            Assert.That(metrics.FprAt95Tpr, Is.EqualTo(golden.Definition.Fpr95IdPositiveAtLeast).Within(Printed));
            Assert.That(metrics.FprAt95TprOutPositive, Is.EqualTo(golden.Definition.Fpr95OodPositiveAtLeast).Within(Printed));
        });
    }

    // The file's confidences are higher for in-distribution rows; this library's scores are their negatives.
    private static OodDetectionMetrics Compute(Case golden)
        => OodDetectionMetrics.Compute([.. golden.IdConf.Select(c => -c)], [.. golden.OodConf.Select(c => -c)]);

    internal sealed record GoldenFile(Case[] Cases);

    public sealed record Case(string Name, double[] IdConf, double[] OodConf, OpenOodNumbers Openood, OfficialNumbers Official, DefinitionNumbers Definition);

    public sealed record OpenOodNumbers(double Fpr95OodPositive, double Auroc, double AuprIn, double AuprOut);

    public sealed record OfficialNumbers(double Fpr95IdPositive, double Auroc, double AuprIdPositive);

    public sealed record DefinitionNumbers(double Fpr95IdPositiveAtLeast, double Fpr95OodPositiveAtLeast);
}
