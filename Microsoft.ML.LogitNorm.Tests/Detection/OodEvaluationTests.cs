using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

[TestFixture]
public sealed class OodEvaluationTests
{
    private readonly MLContext _ml = new();

    // One of the two known rows is called unknown; two of the three unknown rows are.
    private readonly Row[] _known = [new(0.1f, false), new(0.6f, true)];
    private readonly Row[] _unknown = [new(0.5f, false), new(0.8f, true), new(0.9f, true)];

    [Test]
    public void EvaluateOod_WithDecisions_CountsThemToo()
    {
        var metrics = _ml.AnomalyDetection.EvaluateOod(View(_known), View(_unknown));
        Assert.Multiple(() =>
        {
            Assert.That(metrics.Auroc, Is.EqualTo(5 / 6.0).Within(1e-12));   // of the six pairs only (0.6, 0.5) stands the wrong way round
            Assert.That(metrics.FprAt95Tpr, Is.EqualTo(1 / 3.0).Within(1e-12));
            Assert.That(metrics.FalseAlarmRate, Is.EqualTo(0.5));
            Assert.That(metrics.DetectionRate, Is.EqualTo(2 / 3.0).Within(1e-12));
            Assert.That((metrics.InDistributionCount, metrics.OutOfDistributionCount), Is.EqualTo((2, 3)));
        });
    }

    [Test]
    public void EvaluateOod_EitherSideWithoutDecisions_MeasuresScoresOnly()
    {
        var undecided = _ml.Transforms.DropColumns("IsOutOfDistribution").Fit(View(_known)).Transform(View(_known));
        foreach (var metrics in (OodDetectionMetrics[])[
            _ml.AnomalyDetection.EvaluateOod(undecided, View(_unknown)),
            _ml.AnomalyDetection.EvaluateOod(View(_unknown), undecided)])
        {
            Assert.That(metrics.FalseAlarmRate, Is.Null);
            Assert.That(metrics.DetectionRate, Is.Null);
        }
    }

    [TestCase("Other", "Could not find decision column 'Other'")]
    [TestCase("OodScore", "decision column 'OodScore': expected Boolean, got Single")]
    public void EvaluateOod_NamedDecisionThatIsNone_IsRefused(string name, string message)
        => Assert.That(
            () => _ml.AnomalyDetection.EvaluateOod(View(_known), View(_unknown), decisionColumnName: name),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    [Test]
    public void EvaluateOod_OtherColumn_IsTheOneMeasured()
        => Assert.That(_ml.AnomalyDetection.EvaluateOod(View(_known), View(_unknown), "Minus").Auroc, Is.EqualTo(1 / 6.0).Within(1e-12));

    [Test]
    public void EvaluateOod_EmptySide_NamesIt()
    {
        Assert.That(() => _ml.AnomalyDetection.EvaluateOod(View([]), View(_unknown)), Throws.ArgumentException.With.Message.Contains("inDistribution"));
        Assert.That(() => _ml.AnomalyDetection.EvaluateOod(View(_known), View([])), Throws.ArgumentException.With.Message.Contains("outOfDistribution"));
    }

    [Test]
    public void EvaluateOod_NaN_IsRefused()
        => Assert.That(
            () => _ml.AnomalyDetection.EvaluateOod(View([new(float.NaN, false)]), View(_unknown)), Throws.ArgumentException.With.Message.Contains("NaN"));

    [TestCase("Missing", "score column 'Missing'")]
    [TestCase("IsOutOfDistribution", "score column 'IsOutOfDistribution': expected Single, got Boolean")]
    public void EvaluateOod_NoSuchScore_NamesItAndTheRemedy(string column, string message)
        => Assert.That(
            () => _ml.AnomalyDetection.EvaluateOod(View(_known), View(_unknown), column),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message).And.Message.Contains("Append ml.Transforms.OodScore(...)"));

    [Test]
    public void EvaluateOod_NullSide_IsRefused()
    {
        Assert.That(() => _ml.AnomalyDetection.EvaluateOod(null!, View(_unknown)), Throws.ArgumentNullException);
        Assert.That(() => _ml.AnomalyDetection.EvaluateOod(View(_known), null!), Throws.ArgumentNullException);
    }

    private IDataView View(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private sealed class Row(float score, bool isOut)
    {
        public float OodScore => score;

        public float Minus => -score;

        public bool IsOutOfDistribution => isOut;
    }
}
