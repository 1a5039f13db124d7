using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

[TestFixture]
public sealed class OodDetectorEstimatorTests
{
    private readonly MLContext _ml = new();
    private static readonly float[] _oneToNineteen = [.. Enumerable.Range(1, 19).Select(i => (float)i)];

    // n = 19: p = (1 + rows that score at least as high) / 20.
    [TestCase(20f, 1)]
    [TestCase(19f, 2)]
    [TestCase(18.5f, 2)]
    [TestCase(10f, 11)]
    [TestCase(0f, 20)]
    [TestCase(float.PositiveInfinity, 1)]
    [TestCase(float.NegativeInfinity, 20)]
    public void Transform_CountedByHand(float score, int twentieths)
    {
        foreach (var rate in (double[])[0.05, 0.1, 0.5])
        {
            var detector = _ml.Transforms.OodDetector(rate).Fit(View(_oneToNineteen));
            var verdict = Verdicts(detector.Transform(View([score]))).Single();
            Assert.That(verdict.OodConfidence, Is.EqualTo(1 - (twentieths / 20.0)).Within(1e-7));
            Assert.That(verdict.IsOutOfDistribution, Is.EqualTo(twentieths / 20.0 <= rate), $"rate {rate}");
            Assert.That((detector.FalseAlarmRate, detector.CalibrationCount), Is.EqualTo((rate, 19)));
        }
    }

    [Test]
    public void Transform_DecisionAndConfidence_AgreeOnEveryRow()
    {
        var random = new Random(1);
        float[] Draw(int count, double shift) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() + shift))];
        var detector = _ml.Transforms.OodDetector(0.1).Fit(View(Draw(200, 0)));
        var verdicts = Verdicts(detector.Transform(View([.. Draw(500, 0), .. Draw(500, 0.5)])));
        Assert.That(verdicts.Select(v => v.OodConfidence), Is.All.InRange(0, 1));
        Assert.That(verdicts.Select(v => v.IsOutOfDistribution), Is.EqualTo(verdicts.Select(v => v.OodConfidence >= 0.9f - 1e-6f)));
        Assert.That(verdicts.Take(500).Count(v => v.IsOutOfDistribution), Is.InRange(25, 80));
        Assert.That(verdicts.Skip(500).Count(v => v.IsOutOfDistribution), Is.GreaterThan(250));
    }

    [Test]
    public void Fit_InAPipelineWithTheTrainer_GivesTheWholeVerdict()
    {
        using var chain = TinyImages.Pipeline(_ml)
            .Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax()))
            .Append(_ml.Transforms.OodDetector())
            .Fit(TinyImages.View(_ml, 96));
        var rows = _ml.Data.CreateEnumerable<TinyImages.Prediction>(chain.Transform(TinyImages.View(_ml, 96)), reuseRowObject: false).ToArray();
        Assert.That(rows.Count(row => row.IsOutOfDistribution), Is.AtMost(5));   // ⌊0.05 · 97⌋ = 4 ranks; a row that calibrates itself ties with itself
        Assert.That(rows.Select(row => row.OodConfidence).Distinct().Count(), Is.GreaterThan(30));
        using var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(
            chain, new PredictionEngineOptions { OwnsTransformer = false });
        var single = engine.Predict(TinyImages.Rows(96)[7]);
        Assert.That(single.OodConfidence, Is.EqualTo(rows[7].OodConfidence).Within(0.03));
    }

    [TestCase(0.05, 18, 19)]
    [TestCase(0.01, 50, 99)]
    [TestCase(0.5, 0, 1)]
    public void Fit_TooFewRows_SaysHowManyAreNeededAndFound(double rate, int found, int needed)
        => Assert.That(
            () => _ml.Transforms.OodDetector(rate).Fit(View([.. Enumerable.Range(0, found).Select(i => (float)i)])),
            Throws.ArgumentException.With.Message.Contains($"A false alarm rate of {rate} needs at least {needed} calibration rows, found {found}."));

    [Test]
    public void Fit_NaN_NamesTheRow()
        => Assert.That(
            () => _ml.Transforms.OodDetector(0.5).Fit(View([1, 2, float.NaN])),
            Throws.ArgumentException.With.Message.Contains("calibration row 2 (counted from 0) is NaN"));

    [Test]
    public void Transform_NaN_NamesTheRowAndTheColumn()
    {
        var view = _ml.Transforms.OodDetector(0.05).Fit(View(_oneToNineteen)).Transform(View([1, 2, float.NaN]));
        foreach (var read in (Action[])[() => view.GetColumn<float>("OodConfidence").ToArray(), () => view.GetColumn<bool>("IsOutOfDistribution").ToArray()])
            Assert.That(read, Throws.TypeOf<RowException>().With.Message.Contains("Column 'OodScore' holds NaN in row 2 (counted from 0)"));
    }

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(5.0)]
    [TestCase(double.NaN)]
    public void OodDetector_ImpossibleRate_IsRefusedAtOnce(double rate)
        => Assert.That(
            () => _ml.Transforms.OodDetector(rate), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("falseAlarmRate"));

    [Test]
    public void Fit_MissingScore_NamesItAndTheRemedy()
        => Assert.That(
            () => _ml.Transforms.OodDetector().Fit(TinyImages.View(_ml, 3)),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("score column 'OodScore'")
                .And.Message.Contains("Append ml.Transforms.OodScore(...) before it."));

    [Test]
    public void Fit_ScoreOfAnotherType_NamesBothTypes()
        => Assert.That(
            () => _ml.Transforms.OodDetector(scoreColumnName: "Name").Fit(TinyImages.View(_ml, 3)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("score column 'Name': expected Single, got String"));

    private IDataView View(float[] scores) => _ml.Data.LoadFromEnumerable(scores.Select(score => new ScoreRow { OodScore = score }));

    private Verdict[] Verdicts(IDataView data) => [.. _ml.Data.CreateEnumerable<Verdict>(data, reuseRowObject: false)];

    private sealed class ScoreRow
    {
        public float OodScore { get; set; }
    }

    private sealed class Verdict
    {
        public float OodScore { get; set; }

        public float OodConfidence { get; set; }

        public bool IsOutOfDistribution { get; set; }
    }
}
