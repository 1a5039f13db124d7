using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Calibration;

[TestFixture]
public sealed class CalibrationEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Row[] _rows = [new(1, [0.9f, 0.1f]), new(2, [0.85f, 0.15f]), new(2, [0.4f, 0.6f]), new(1, [0.3f, 0.7f])];

    [Test]
    public void EvaluateCalibration_EqualsTheMetricsOfTheColumns()
    {
        var metrics = _ml.MulticlassClassification.EvaluateCalibration(View(_rows), bins: 5);
        var expected = CalibrationMetrics.Compute([.. _rows.Select(row => row.Score.Select(p => (double)p).ToArray())], [0, 1, 1, 0], bins: 5);

        Assert.That(metrics with { Bins = [] }, Is.EqualTo(expected with { Bins = [] }));
        Assert.That(metrics.Bins, Is.EqualTo(expected.Bins));
    }

    // Another trainer than this library's, and the figures that both evaluations have.
    [Test]
    public void EvaluateCalibration_OfAnyTrainer_AgreesWithEvaluate()
    {
        var random = new Random(1);
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 300)
            .Select(i => new Point { Name = $"class {i % 3}", Features = [(i % 3) + random.NextSingle() * 2, random.NextSingle()] })
            .ToArray());
        var scored = _ml.Transforms.Conversion.MapValueToKey("Label", "Name")
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Fit(data)
            .Transform(data);

        var (metrics, expected) = (_ml.MulticlassClassification.EvaluateCalibration(scored), _ml.MulticlassClassification.Evaluate(scored));

        Assert.That(metrics.Accuracy, Is.EqualTo(expected.MicroAccuracy).Within(1e-12));
        Assert.That(metrics.NegativeLogLikelihood, Is.EqualTo(expected.LogLoss).Within(1e-9));
        Assert.That(metrics.Count, Is.EqualTo(300));
    }

    [Test]
    public void EvaluateCalibration_RowsWithoutLabel_AreLeftOutWithAWarning()
    {
        var warnings = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };

        var metrics = ml.MulticlassClassification.EvaluateCalibration(View([new(0, [float.NaN, 0]), .. _rows, new(0, [1, 0])]));

        Assert.That((metrics.Count, metrics.Accuracy), Is.EqualTo((4L, 0.5)));
        Assert.That(warnings, Has.Count.EqualTo(1).And.Some.Contains("2 rows have no label"));
    }

    [Test]
    public void EvaluateCalibration_NoLabelledRow_IsRefused([Values(0, 2)] int unlabelled)
        => Assert.That(
            () => _ml.MulticlassClassification.EvaluateCalibration(View([.. Enumerable.Range(0, unlabelled).Select(_ => new Row(0, [1, 0]))])),
            Throws.ArgumentException.With.Message.Contains("No row has a label in column 'Label' to compare column 'Score' with"));

    [Test]
    public void EvaluateCalibration_Logits_NamesColumnAndRow()
        => Assert.That(
            () => _ml.MulticlassClassification.EvaluateCalibration(View([new(0, [0, 0]), _rows[0], new(1, [7, 2])])),
            Throws.ArgumentException.With.Message.Contains("Row 2 (counted from 0) of column 'Score'").And.Message.Contains("not logits"));

    [TestCase("Missing", "Score", "Could not find label column 'Missing'")]
    [TestCase("Score", "Score", "label column 'Score': expected Key<UInt32>")]
    [TestCase("Label", "Missing", "Could not find score column 'Missing'")]
    [TestCase("Label", "Number", "score column 'Number': expected Vector<Single>")]
    [TestCase("Label", "Three", "score column 'Three': expected a value for each of the 2 classes of label column 'Label', got Vector<Single, 3>")]
    public void EvaluateCalibration_UnfitColumns_AreNamed(string label, string score, string message)
        => Assert.That(
            () => _ml.MulticlassClassification.EvaluateCalibration(View(_rows), label, score),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [Test]
    public void EvaluateCalibration_NoBinsOrNoData_IsRefused()
    {
        Assert.That(() => _ml.MulticlassClassification.EvaluateCalibration(View(_rows), bins: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _ml.MulticlassClassification.EvaluateCalibration(null!), Throws.ArgumentNullException);
    }

    private IDataView View(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    /// <param name="label">The class from 1, 0 for none; what ML.NET reads from an object counts from 0, and what is beyond the classes is none.</param>
    /// <param name="score">A probability for each class.</param>
    private sealed class Row(uint label, float[] score)
    {
        [KeyType(2)]
        public uint Label => unchecked(label - 1);

        [VectorType(2)]
        public float[] Score => score;

        public float Number => 1;

        [VectorType(3)]
        public float[] Three => [0, 0, 1];
    }

    private sealed class Point
    {
        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
