using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

[TestFixture]
public sealed class DriftDetectorTests
{
    private static readonly DriftDetector.Options _options = new() { FalseAlarms = 0.01, OverImages = 100 };

    // With one calibration row and an image above it, the p-value lies in [0, 1/2]: each bet k multiplies by 2^(1 − k). The next above it: [0, 2/3].
    [Test]
    public void Evidence_ImagesAboveTheOnlyCalibrationRow_IsThatOfTheFormula()
    {
        var drift = new DriftDetector(calibrationRows: 1, _options);
        double[] bets = [0.1, 0.3, 0.5, 0.7, 0.9];

        drift.Add(0.5);
        Assert.That(drift.Evidence, Is.EqualTo(bets.Average(k => Math.Pow(2, 1 - k))).Within(1e-12));
        drift.Add(0.5);
        Assert.That(drift.Evidence, Is.EqualTo(bets.Average(k => (Math.Pow(2, 1 - k) + 1) * Math.Pow(1.5, 1 - k))).Within(1e-12));
        drift.Add(1);   // in [3/4, 1]
        Assert.That(
            drift.Evidence,
            Is.EqualTo(bets.Average(k => ((Math.Pow(2, 1 - k) + 1) * Math.Pow(1.5, 1 - k) + 1) * (1 - Math.Pow(0.75, k)) * 4)).Within(1e-12));
    }

    [Test]
    public void Add_ImagesLikeNoneOfTheKnown_AlarmsAfterAFewAndSaysWhen()
    {
        var drift = new DriftDetector(calibrationRows: 199, _options);
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
            drift.Add(random.Next(1, 201) / 200.0);
        Assert.That((drift.HasChanged, drift.ChangedAt, drift.Images), Is.EqualTo((false, (long?)null, 500L)));

        var needed = 0;
        while (!drift.Add(1 / 200.0))
            needed++;

        Assert.Multiple(() =>
        {
            Assert.That(needed, Is.LessThan(6));
            Assert.That(drift.ChangedAt, Is.EqualTo(501 + needed));
            Assert.That(drift.Evidence, Is.GreaterThanOrEqualTo(drift.Threshold));
            Assert.That(drift.ToString(), Does.StartWith("The images have changed, as of image 50"));
        });
    }

    [Test]
    public void Add_WhileAnAlarmStands_CountsAndLearnsNothing()
    {
        var drift = Alarmed();
        var before = drift.State;

        for (var i = 0; i < 10; i++)
            Assert.That(drift.Add(1), Is.True);

        Assert.That(drift.State, Is.EqualTo(before with { Images = before.Images + 10 }));
    }

    [Test]
    public void Restart_AfterAnAlarm_ForgetsTheEvidenceAndKeepsTheImages()
    {
        var drift = Alarmed();
        var before = drift.State;

        drift.Restart();

        Assert.That(drift.State, Is.EqualTo(before with { ChangedAt = null, Evidence = [0, 0, 0, 0, 0] }));
        Assert.That(drift.Add(1), Is.False);
    }

    [Test]
    public void Add_ImagesThatLookMoreUsual_RaisesNoAlarm()
    {
        var drift = new DriftDetector(calibrationRows: 9, _options);
        for (var i = 0; i < 2_000; i++)
            Assert.That(drift.Add(1), Is.False);
    }

    [Test]
    public void State_ThroughJson_GoesOnAsIfNothingHadHappened()
    {
        var drift = new DriftDetector(new OodDetectorReport(0.1, null, [new("a", 19, 0, 0.1), new("b", 29, 0, 0.1)]), _options);
        var random = new Random(2);
        Feed(drift, 300);

        var restored = new DriftDetector(JsonSerializer.Deserialize<DriftState>(JsonSerializer.Serialize(drift.State))!);

        Assert.That(restored.State, Is.EqualTo(drift.State));
        Assert.That(restored.State.GetHashCode(), Is.EqualTo(drift.State.GetHashCode()));
        Assert.That((restored.Threshold, restored.Evidence), Is.EqualTo((drift.Threshold, drift.Evidence)));
        foreach (var one in (DriftDetector[])[drift, restored])
        {
            random = new(3);
            Feed(one, 300);
        }
        Assert.That(restored.State, Is.EqualTo(drift.State));
        Assert.That(drift.State.Places.Select(places => places.Count), Is.EqualTo((int[])[20, 30]));

        void Feed(DriftDetector one, int images)
        {
            for (var i = 0; i < images; i++)
                one.Add(i % 2 == 0 ? random.Next(1, 21) / 20.0 : random.Next(1, 31) / 30.0, i % 2);
        }
    }

    // OodConfidence is a float.
    [Test]
    public void Add_PValuesOfAFloatConfidence_FindTheirPlaces([Values(1, 19, 200, 3_200, 100_000)] int rows)
    {
        var drift = new DriftDetector(rows, _options with { OverImages = long.MaxValue });
        for (var place = 0; place <= rows; place += Math.Max(1, rows / 100))
        {
            drift.Add(1 - (double)(float)(1 - (1.0 + place) / (rows + 1)));
            Assert.That(drift.State.Places[0][place], Is.EqualTo(1));
        }
    }

    [Test]
    public void Add_FromManyThreads_LosesNone()
    {
        var drift = new DriftDetector(calibrationRows: 9, _options with { OverImages = long.MaxValue });
        Parallel.For(0, 10_000, i => drift.Add((1 + i % 10) / 10.0));
        Assert.That(drift.Images, Is.EqualTo(10_000));
        Assert.That(drift.State.Places[0], Is.All.EqualTo(1_000));
    }

    [TestCase(0.0)]
    [TestCase(0.03)]
    [TestCase(1.05)]
    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    public void Add_NoPValueOfSoManyRows_IsRefused(double pValue)
    {
        var drift = new DriftDetector(calibrationRows: 19, _options);
        Assert.That(
            () => drift.Add(pValue),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("With 19 calibration rows a p-value is k / 20 for a whole k from 1 on. Give"));
        Assert.That(drift.Images, Is.Zero);
    }

    [Test]
    public void Add_ClassThatTheDetectorHasNot_IsRefused([Values(-1, 1)] int predictedClass)
        => Assert.That(
            () => new DriftDetector(19, _options).Add(0.5, predictedClass),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("has 1 thresholds, counted from 0"));

    [Test]
    public void Options_OutOfRange_AreRefused()
        => Assert.Multiple(() =>
        {
            foreach (var alarms in (double[])[0, -1, 1.01, double.NaN])
                Assert.That(() => new DriftDetector.Options { FalseAlarms = alarms }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new DriftDetector.Options { OverImages = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new DriftDetector(0, new DriftDetector.Options()), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(new DriftDetector(1, new DriftDetector.Options()).Threshold, Is.EqualTo(1_000_000));
        });

    [Test]
    public void Constructor_StateThatNoDetectorWrote_IsRefused()
    {
        var state = new DriftDetector(calibrationRows: 3, _options).State;
        Assert.Multiple(() =>
        {
            Refuses(state with { Options = null! }, "no options");
            Refuses(state with { Places = [] }, "at least one calibration row");
            Refuses(state with { Places = [[0]] }, "at least one calibration row");
            Refuses(state with { Places = [[0, -1]] }, "at least 0");
            Refuses(state with { Evidence = [1] }, "needs 5 finite numbers");
            Refuses(state with { Evidence = [0, 0, 0, 0, double.NaN] }, "needs 5 finite numbers");
            Refuses(state with { Places = [[0, 2]], Images = 1 }, "1 images, which do not go with its places");
            Refuses(state with { ChangedAt = 1 }, "an alarm at image 1");
        });

        static void Refuses(DriftState state, string why)
            => Assert.That(() => new DriftDetector(state), Throws.TypeOf<ArgumentException>().With.Message.Contains(why));
    }

    private static DriftDetector Alarmed()
    {
        var drift = new DriftDetector(calibrationRows: 199, _options);
        while (!drift.Add(1 / 200.0))
            Assert.That(drift.Images, Is.LessThan(20));
        return drift;
    }
}
