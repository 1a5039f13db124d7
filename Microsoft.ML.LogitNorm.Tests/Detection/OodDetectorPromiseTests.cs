using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

/// <summary>Detectors that promise more: with a confidence, and for each predicted class.</summary>
[TestFixture]
public sealed class OodDetectorPromiseTests
{
    private readonly MLContext _ml = new();

    // 45 rows: only what lies above all of them is a decision with confidence 0.9. Without it the second highest is the line.
    [Test]
    public void Transform_WithConfidence_DrawsTheLineHigherAndKeepsThePValues()
    {
        float[] scores = [.. Enumerable.Range(1, 45).Select(i => (float)i)];
        var (plain, sure) = (_ml.Transforms.OodDetector().Fit(View(scores)), _ml.Transforms.OodDetector(confidence: 0.9).Fit(View(scores)));
        var rows = View([43.5f, 44, 44.5f, 45, 45.5f, float.PositiveInfinity]);
        Assert.That(Decisions(plain, rows), Is.EqualTo(new[] { false, false, true, true, true, true }));
        Assert.That(Decisions(sure, rows), Is.EqualTo(new[] { false, false, false, false, true, true }));
        Assert.That(
            sure.Transform(rows).GetColumn<float>("OodConfidence"), Is.EqualTo(plain.Transform(rows).GetColumn<float>("OodConfidence")), "p is what it was");
    }

    [Test]
    public void Report_OfEachKind_SaysThePromiseAndTheLine()
    {
        float[] scores = [.. Enumerable.Range(1, 45).Select(i => (float)i)];
        var plain = _ml.Transforms.OodDetector().Fit(View(scores)).Report;
        Assert.That(plain, Is.EqualTo(new OodDetectorReport(0.05, null, [new(null, 45, 44, 2 / 46.0)])));
        Assert.That(plain.Rows, Is.EqualTo(45));
        Assert.That(
            plain.ToString(),
            Does.StartWith("At most 5 % of the in-distribution rows are called out of distribution, on average over draws of the calibration rows")
                .And.Contain("scores above 44, by 45 calibration rows; expected rate 4.35 %"));
        var sure = _ml.Transforms.OodDetector(confidence: 0.9).Fit(View(scores)).Report;
        Assert.That(sure, Is.EqualTo(new OodDetectorReport(0.05, 0.9, [new(null, 45, 45, 1 / 46.0)])));
        Assert.That(sure.ToString(), Does.StartWith("With probability 90 % over the draw of the calibration rows, at most 5 % of the in-distribution rows"));
        var classes = _ml.Transforms.OodDetector(0.5, perClass: true).Fit(Keyed([("cat", 1), ("dog", 5), ("cat", 2), ("cat", 3), ("dog", 6)])).Report;
        Assert.That(classes.Thresholds, Is.EqualTo(new OodDetectorThreshold[] { new("cat", 3, 2, 0.5), new("dog", 2, 6, 1 / 3.0) }));
        Assert.That(classes.ToString(), Does.StartWith("For each predicted class on its own: at most 50 % of the in-distribution rows that are predicted as it")
            .And.Contain("\ndog: scores above 6, by 2 calibration rows; expected rate 33.33 %"));
    }

    [Test]
    public void Transform_PerClass_IsThatOfADetectorOfTheClass()
    {
        var random = new Random(1);
        (string Class, float Score)[] calibration =
            [.. Enumerable.Range(0, 300).Select(i => (i % 3 == 0 ? "dog" : "cat", random.NextSingle() + (i % 3 == 0 ? 0.5f : 0)))];
        (string Class, float Score)[] rows = [.. Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? "dog" : "cat", 2 * random.NextSingle()))];
        foreach (var confidence in (double?[])[null, 0.9])
        {
            var found = Verdicts(_ml.Transforms.OodDetector(0.05, confidence: confidence, perClass: true).Fit(Keyed(calibration)).Transform(Keyed(rows)));
            foreach (var name in (string[])["cat", "dog"])
            {
                var alone = _ml.Transforms.OodDetector(0.05, confidence: confidence).Fit(View(Of(calibration, name)));
                Assert.That(found.Where((_, i) => rows[i].Class == name), Is.EqualTo(Verdicts(alone.Transform(View(Of(rows, name))))));
            }
            Assert.That(found.Select(verdict => verdict.IsOut).Distinct().Count(), Is.EqualTo(2));
        }

        static float[] Of((string Class, float Score)[] all, string name) => [.. all.Where(row => row.Class == name).Select(row => row.Score)];
    }

    [Test]
    public void Fit_TooFewRows_SaysHowManyAndOfWhichClass()
    {
        Assert.That(OodDetectorEstimator.RequiredRows(0.05, 0.9), Is.EqualTo(45));
        Assert.That(
            () => _ml.Transforms.OodDetector(confidence: 0.9).Fit(View(new float[44])),
            Throws.ArgumentException.With.Message.Contains("A false alarm rate of 0.05 with confidence 0.9 needs at least 45 calibration rows, found 44."));
        Assert.That(
            () => _ml.Transforms.OodDetector(0.5, confidence: 0.9, perClass: true).Fit(Keyed([.. Enumerable.Repeat(("cat", 1f), 4), ("dog", 1), ("dog", 2)])),
            Throws.ArgumentException
                .With.Message.Contains("A false alarm rate of 0.5 with confidence 0.9 needs at least 4 calibration rows of each predicted class: ")
                .And.Message.Contains("'dog' has 2. Give more rows").And.Message.Not.Contains("'cat'").And.Message.Contains("leave perClass out"));
    }

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(90.0)]
    [TestCase(double.NaN)]
    public void OodDetector_ImpossibleConfidence_IsRefusedAtOnce(double confidence)
    {
        Assert.That(
            () => _ml.Transforms.OodDetector(confidence: confidence),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("confidence").And.Message.Contains("0.9 is usual"));
        Assert.That(() => OodDetectorEstimator.RequiredRows(0.05, confidence), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void PerClass_ColumnThatIsMissingOrOfOtherClasses_IsRefusedByName()
    {
        Assert.That(
            () => _ml.Transforms.OodDetector(0.5, perClass: true).Fit(View([1, 2])),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("predicted label column 'PredictedLabel'"));
        Assert.That(
            () => _ml.Transforms.OodDetector(0.5, perClass: true, predictedLabelColumnName: "OodScore").Fit(View([1, 2])),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("predicted label column 'OodScore': expected Key<UInt32>, got Single"));
        Assert.That(
            () => _ml.Transforms.OodDetector(perClass: true, predictedLabelColumnName: ""),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("predictedLabelColumnName"));
        var detector = _ml.Transforms.OodDetector(0.5, perClass: true).Fit(Keyed([("cat", 1), ("dog", 5)]));
        Assert.That(
            () => detector.Transform(Keyed([("dog", 1), ("cat", 5)])),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("expected 2 classes (cat, dog), as the detector was calibrated on, got 2 classes (dog, cat)"));
    }

    [Test]
    public void PerClass_RowWithoutPredictedClass_IsNamed()
    {
        var keyed = _ml.Transforms.Conversion.MapValueToKey("PredictedLabel").Fit(Texts([("cat", 1), ("dog", 2)]));
        var missing = keyed.Transform(Texts([("cat", 1), ("dog", 2), ("fox", 3)]));
        Assert.That(
            () => _ml.Transforms.OodDetector(0.5, perClass: true).Fit(missing),
            Throws.ArgumentException.With.Message.Contains("Calibration row 2 (counted from 0) has no predicted class in column 'PredictedLabel'"));
        var detector = _ml.Transforms.OodDetector(0.5, perClass: true).Fit(keyed.Transform(Texts([("cat", 1), ("dog", 2)])));
        foreach (var read in (Action<IDataView>[])
            [view => view.GetColumn<float>("OodConfidence").ToArray(), view => view.GetColumn<bool>("IsOutOfDistribution").ToArray()])
            Assert.That(
                () => read(detector.Transform(missing)), Throws.TypeOf<RowException>().With.Message.Contains("holds no class in row 2 (counted from 0)"));
        Assert.That(
            () => _ml.Transforms.OodDetector(0.5, perClass: true).Fit(Keyed([("cat", 1), ("dog", float.NaN)])),
            Throws.ArgumentException.With.Message.Contains("calibration row 1 (counted from 0) is NaN"));
    }

    [Test]
    public void SaveAndLoad_OfEachKind_DecidesTheSame()
    {
        var random = new Random(1);
        var calibration = Keyed([.. Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? "dog" : "cat", random.NextSingle() + i % 2))]);
        foreach (var (confidence, perClass) in ((double?, bool)[])[(null, false), (0.9, false), (null, true), (0.9, true)])
        {
            var detector = _ml.Transforms.OodDetector(0.05, confidence: confidence, perClass: perClass).Fit(calibration);
            var file = ModelFile.Of(_ml, detector, calibration.Schema);
            var loaded = (OodDetectorTransformer)file.Load(new MLContext(), out _);
            Assert.That(loaded.Report, Is.EqualTo(detector.Report));
            Assert.That(Verdicts(loaded.Transform(calibration)), Is.EqualTo(Verdicts(detector.Transform(calibration))));
            Assert.That(ModelFile.Of(_ml, loaded, calibration.Schema).Read("Calibration.json"), Is.EqualTo(file.Read("Calibration.json")));
        }
    }

    // What version 2 wrote is what a detector without more promises writes, under the number 2.
    [Test]
    public void Load_FileOfVersion2_DecidesTheSame()
    {
        var rows = View([.. Enumerable.Range(1, 30).Select(i => (float)i)]);
        var detector = _ml.Transforms.OodDetector().Fit(rows);
        var file = ModelFile.Of(_ml, detector, rows.Schema);
        Assert.That(
            System.Text.Encoding.UTF8.GetString(file.Read("Calibration.json")),
            Is.EqualTo("""{"Columns":{"Score":"OodScore","Confidence":"OodConfidence","Decision":"IsOutOfDistribution"},"FalseAlarmRate":0.05}"""));
        var old = file.With("Model.key", bytes =>
        {
            Assert.That((bytes[0x48], bytes[0x4C]), Is.EqualTo(((byte)3, (byte)3)));
            (bytes[0x48], bytes[0x4C]) = (2, 2);
            return bytes;
        });
        var loaded = (OodDetectorTransformer)old.Load(new MLContext(), out _);
        Assert.That(loaded.Report, Is.EqualTo(detector.Report));
    }

    [TestCase("\"ClassRows\":[100,100]", "\"ClassRows\":[100,101]", "Calibration.safetensors", "200 calibration scores for classes of 201 rows")]
    [TestCase("\"ClassRows\":[100,100]", "\"ClassRows\":[190,10]", "Calibration.safetensors", "do not ascend")]
    [TestCase("\"ClassRows\":[100,100]", "\"ClassRows\":[210,-10]", "Calibration.safetensors", "")]
    [TestCase("\"ClassRows\":[100,100]", "\"ClassRows\":[200]", "Calibration.json", "2 class values does not go with 1 classes' numbers of rows")]
    [TestCase("\"ClassRows\":[100,100],", "", "Calibration.json", "does not go with 0 classes' numbers of rows")]
    [TestCase("\"Confidence\":0.9", "\"Confidence\":1.9", "Calibration.json", "A confidence lies between 0 and 1")]
    [TestCase("\"Confidence\":0.9", "\"Confidence\":0.999999", "Calibration.safetensors", "needs at least 270 calibration rows, found 100")]
    public void Load_DamagedClasses_AreRefusedByEntry(string from, string to, string entry, string says)
    {
        var calibration = Keyed([.. Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? "dog" : "cat", (float)(i + 500 * (1 - i % 2))))]);
        var file = ModelFile.Of(_ml, _ml.Transforms.OodDetector(0.05, confidence: 0.9, perClass: true).Fit(calibration), calibration.Schema);
        Assert.That(
            file.WithJson("Calibration.json", from, to).LoadError(_ml),
            Is.TypeOf<InvalidDataException>()
                .With.Message.StartsWith($"The out-of-distribution decision in this model file is damaged: entry '{entry}':").And.Message.Contains(says));
    }

    // Over 400 draws of 100 rows, the true rate of uniform scores above the line is 1 − line. Without confidence it passes 5 % in some 44 % of draws.
    [TestCase(null, 0.3, 0.6)]
    [TestCase(0.9, 0.0, 0.1)]
    public void TrueRate_OverManyCalibrations_PassesTheLimitAsOftenAsPromised(double? confidence, double least, double most)
    {
        var random = new Random(1);
        var passed = 0;
        for (var draw = 0; draw < 400; draw++)
            if (1 - new ConformalCalibration([.. Enumerable.Range(0, 100).Select(_ => random.NextSingle())], 0.05, confidence).Threshold > 0.05)
                passed++;
        Assert.That(passed / 400.0, Is.InRange(least, most));
    }

    private bool[] Decisions(OodDetectorTransformer detector, IDataView rows) => [.. detector.Transform(rows).GetColumn<bool>("IsOutOfDistribution")];

    private static (float Confidence, bool IsOut)[] Verdicts(IDataView view)
        => [.. view.GetColumn<float>("OodConfidence").Zip(view.GetColumn<bool>("IsOutOfDistribution"))];

    private IDataView View(float[] scores) => _ml.Data.LoadFromEnumerable(scores.Select(score => new ScoreRow { OodScore = score }));

    private IDataView Texts(IEnumerable<(string Class, float Score)> rows)
        => _ml.Data.LoadFromEnumerable(rows.Select(row => new ClassRow { PredictedLabel = row.Class, OodScore = row.Score }));

    // The keys are numbered in the order in which the classes come first.
    private IDataView Keyed(IReadOnlyList<(string Class, float Score)> rows)
        => _ml.Transforms.Conversion.MapValueToKey("PredictedLabel").Fit(Texts(rows)).Transform(Texts(rows));

    private sealed class ScoreRow
    {
        public float OodScore { get; set; }
    }

    private sealed class ClassRow
    {
        public string PredictedLabel { get; set; } = "";

        public float OodScore { get; set; }
    }
}
