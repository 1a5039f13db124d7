using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Tests.Reference;

namespace Microsoft.ML.LogitNorm.Tests.Calibration;

/// <summary>The calibration error of the paper's code, the rest by definition, before and after the best temperature.</summary>
[TestFixture, Category("Golden")]
public sealed class CalibrationGoldenTests
{
    private const double SinglePrecision = 1e-6;   // in which the paper's code computes the calibration error
    private const double Printed = 1e-9;   // the logits are printed with nine digits

    private static readonly GoldenFile _golden = ReferenceNumbers.Read<GoldenFile>("calibration.json");
    private static readonly double[][] _logits = [.. _golden.Logits.Data.Chunk(_golden.Logits.Shape[1])];

    private static IEnumerable<TestCaseData<double, Numbers>> BeforeAndAfter() =>
    [
        new TestCaseData<double, Numbers>(1, _golden.Before).SetArgDisplayNames("before"),
        new TestCaseData<double, Numbers>(_golden.OptimalTemperature, _golden.After).SetArgDisplayNames("after"),
    ];

    [TestCaseSource(nameof(BeforeAndAfter))]
    public void Compute_AgreesWithTheReference(double temperature, Numbers expected)
        => Check(CalibrationMetrics.Compute([.. _logits.Select(row => Softmax.Of(row, temperature))], _golden.Labels), expected, Printed);

    [Test]
    public void Find_AgreesWithTheReference()
    {
        var found = TemperatureSearch.Find(_golden.Logits.Data, _golden.Labels);

        Assert.That(found.Temperature, Is.EqualTo(_golden.OptimalTemperature).Within(1e-4));
        Assert.That(found.Warning, Is.Null);
    }

    [Test]
    public void TemperatureScaling_OfFloatLogits_AgreesWithTheReference()
    {
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(_logits.Zip(_golden.Labels, (logits, label) => new Row
        {
            Label = (uint)label,
            Logits = [.. logits.Select(logit => (float)logit)],
            Score = [.. Softmax.Of(logits).Select(p => (float)p)],
        }));

        var scaling = ml.Transforms.TemperatureScaling().Fit(data);

        Assert.That(scaling.Temperature, Is.EqualTo(_golden.OptimalTemperature).Within(1e-4));
        Check(ml.MulticlassClassification.EvaluateCalibration(data), _golden.Before, SinglePrecision);
        Check(ml.MulticlassClassification.EvaluateCalibration(scaling.Transform(data)), _golden.After, SinglePrecision);
    }

    private static void Check(CalibrationMetrics metrics, Numbers expected, double tolerance)
        => Assert.Multiple(() =>
        {
            Assert.That(metrics.ExpectedCalibrationError, Is.EqualTo(expected.Ece).Within(SinglePrecision));
            Assert.That(metrics.MaximumCalibrationError, Is.EqualTo(expected.Mce).Within(SinglePrecision));
            Assert.That(metrics.NegativeLogLikelihood, Is.EqualTo(expected.Nll).Within(tolerance));
            Assert.That(metrics.BrierScore, Is.EqualTo(expected.Brier).Within(tolerance));
            Assert.That(metrics.Accuracy, Is.EqualTo(_golden.Accuracy).Within(1e-12));
            Assert.That(metrics.Count, Is.EqualTo(_golden.Labels.Length));
            Assert.That(metrics.Bins, Has.Count.EqualTo(15));
            foreach (var (index, bin) in metrics.Bins.Index())
            {
                var numbers = expected.BinsIndexCountConfidenceAccuracy.SingleOrDefault(b => b[0] == index) ?? [index, 0, double.NaN, double.NaN];
                Assert.That(bin.Count, Is.EqualTo(numbers[1]), $"bin {index}");
                Assert.That(bin.Confidence ?? double.NaN, Is.EqualTo(numbers[2]).Within(SinglePrecision), $"bin {index}");
                Assert.That(bin.Accuracy ?? double.NaN, Is.EqualTo(numbers[3]).Within(SinglePrecision), $"bin {index}");
            }
        });

    internal sealed record GoldenFile(Matrix Logits, int[] Labels, double Accuracy, Numbers Before, double OptimalTemperature, Numbers After);

    public sealed record Numbers(double Ece, double Mce, double Nll, double Brier, double[][] BinsIndexCountConfidenceAccuracy);

    private sealed class Row
    {
        [KeyType(10)]
        public uint Label { get; set; }

        [VectorType(10)]
        public float[] Logits { get; set; } = [];

        [VectorType(10)]
        public float[] Score { get; set; } = [];
    }
}
