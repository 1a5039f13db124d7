using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Tests.Records;

/// <summary>Records that hold collections compare by value, whatever collection they were made from.</summary>
public sealed class RecordEqualityTests
{
    // Two of each record with a collection in it, made apart, and one that differs in the collection alone.
    private static readonly Dictionary<Type, (Func<object> Make, Func<object> Other)> _samples = new()
    {
        [LearningRateSchedule.Milestones().GetType()] = (() => LearningRateSchedule.Milestones(), () => LearningRateSchedule.Milestones([0.4, 0.8])),
        [ClassWeights.Of(("a", 1)).GetType()] = (() => ClassWeights.Of(("a", 1), ("b", 2)), () => ClassWeights.Of(("a", 1), ("b", 3))),
        [typeof(ImageReading)] = (() => Reading(white: 255), () => Reading(white: 254)),
        [typeof(FineTuning)] = (
            () => new FineTuning { FrozenStages = new List<string> { "conv1" } }, () => new FineTuning { FrozenStages = ["layer1"] }),
        [typeof(InputNormalization)] = (() => new InputNormalization([1f, 2], new List<float> { 3, 4 }), () => new InputNormalization([1f, 2], [3, 5])),
        [typeof(LogitNormTuner.Options)] = (
            () => new LogitNormTuner.Options { Taus = new List<double> { 0.1, 0.2 } }, () => new LogitNormTuner.Options { Taus = [0.1] }),
        [OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit()).GetType()] =
            (() => OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit()), () => OodScores.Fuse(OodScores.MaxLogit(), OodScores.Energy())),
        [Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.Cutout(8)).GetType()] = (
            () => Augmentation.Of(new List<Augmentation> { Augmentation.CropAndFlip(), Augmentation.Cutout(8) }),
            () => Augmentation.Of(Augmentation.Cutout(8), Augmentation.CropAndFlip())),
        [typeof(OodDetectionMetrics)] = (() => Metrics(0.5), () => Metrics(0.5).WithoutCurves()),
        [typeof(CalibrationMetrics)] = (() => Calibration(), () => Calibration() with { Bins = [] }),
        [typeof(OodScoreResult)] = (() => Result(), () => Result() with { Sets = [] }),
        [typeof(OodScoreComparison)] = (() => new OodScoreComparison([Result()]), () => new OodScoreComparison([])),
        [typeof(OodDetectorReport)] = (() => Report(19), () => Report(20)),
        [typeof(DriftState)] = (() => Drift(2), () => Drift(3)),
        [typeof(OodSearchResult)] = (() => Search("set"), () => Search("other")),
        [typeof(TuningResult)] = (() => Tuning(), () => Tuning() with { Trials = [] }),
        [Backbone.Dense([4, 2]).GetType()] = (() => Backbone.Dense([4, 2]), () => Backbone.Dense([4, 3])),
        [typeof(GaussianNoise)] = (() => Noise(1), () => Noise(2)),
        [typeof(OodScoreComparison.Options)] = (
            () => new OodScoreComparison.Options { ScoreColumnNames = ["A"] }, () => new OodScoreComparison.Options { ScoreColumnNames = ["B"] }),
        [typeof(OodSetResult)] = (() => Set(0.5f), () => Set(0.25f)),
        [typeof(ExampleSummary)] = (() => Summary(1), () => Summary(2)),
        [typeof(ClassValues)] = (() => Classes("cat", "dog"), () => Classes("cat", "dot")),
    };

    // Records whose collection is filled later, or which own what they hold: what is in a file that is being written, tensors, a file's tensor,
    // what a score says of one, parameters in training, a step of a plan; a pair inside metrics, whose equality shows in theirs.
    private static readonly string[] _notValues =
    [
        "Saved", "Training", "Content", "Entry", "OodBatch", "TensorData", "LearnedTensor", "Group", "Step", "ScorePair",
    ];

    private static IEnumerable<Type> Records
        => typeof(OodScore)
            .Assembly.GetTypes()
            .Where(type => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null && !type.IsAbstract);

    private static IEnumerable<Type> WithCollections
        => Records.Where(type => Fields(type).Any(member => member.FieldType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(member.FieldType)));

    [Test]
    public void Records_WithACollection_AreAllListed()
        => Assert.That(WithCollections.Where(type => !_notValues.Contains(type.Name) && !_samples.ContainsKey(type)).Select(type => type.Name), Is.Empty);

    [TestCaseSource(nameof(Listed))]
    public void Record_MadeTwice_IsEqual(Type type)
    {
        var (make, other) = _samples[type];
        Assert.That(make(), Is.TypeOf(type));
        var (first, second) = (make(), make());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Equals(first), Is.True);
            Assert.That(second.GetHashCode(), Is.EqualTo(first.GetHashCode()));
            Assert.That(second.Equals(other()), Is.False);
        }
    }

    private static IEnumerable<TestCaseData> Listed()
        => _samples.Keys.Select(type => new TestCaseData(type).SetArgDisplayNames(type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name));

    [Test]
    public void Options_Defaults_AreEqual()
    {
        var (trainer, tuner) = (new LogitNormTrainer.Options(), new LogitNormTuner.Options());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new LogitNormTrainer.Options() == trainer, Is.True);
            Assert.That(new LogitNormTuner.Options() == tuner, Is.True);
            Assert.That(LearningRateSchedule.Milestones() == trainer.LearningRateSchedule, Is.True);
            Assert.That(new LogitNormTrainer.Options().GetHashCode(), Is.EqualTo(trainer.GetHashCode()));
            Assert.That(trainer with { Epochs = 3 }, Is.Not.EqualTo(trainer));
        }
    }

    [Test]
    public void Options_ListChangedAfterwards_StayAsTheyAre()
    {
        var taus = new List<double> { 0.1, 0.2 };
        var options = new LogitNormTuner.Options { Taus = taus };
        taus[0] = 5;
        Assert.That(options.Taus, Is.EqualTo(new[] { 0.1, 0.2 }));
    }

    private static IEnumerable<FieldInfo> Fields(Type type)
        => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

    private static OodDetectionMetrics Metrics(double score) => OodDetectionMetrics.Compute([0.25, score], [0.75, 1.5]);

    private static OodSetResult Set(float score) => new("set", Metrics(0.5)) { Scores = [score] };

    private static GaussianNoise Noise(float deviation) => new(new VectorInput("Features", 1), [0], [deviation], Range: null);

    private static ExampleSummary Summary(int constant) => new(ValueList.Create([1L, 2L]), null, ValueList.Create([constant]), "hash");

    private static CalibrationMetrics Calibration() => CalibrationMetrics.Compute([[0.25, 0.75]], [0], 5);

    private static OodScoreResult Result()
        => new() { Name = "Energy", Score = OodScores.Energy(), Sets = [new("set", Metrics(0.5))], MillisecondsPer1000Rows = 1 };

    private static ImageReading Reading(int white) => new("Image", "Path", 8, 8, "", ImageResizing.Crop, [white, white, white], 100, null);

    private static DriftState Drift(long images)
        => new() { Options = new(), Places = new List<IReadOnlyList<long>> { new List<long> { 1, 0 } }, Evidence = new List<double> { 1, 0.5 }, Images = images };

    private static OodDetectorReport Report(int rows) => new(0.05, 0.9, [new("cat", rows, 0.5f, 0.04)]);

    private static OodSearchResult Search(string set) => new([new(OodScores.Energy(2), 0.75, Failure: null)], [set]);

    private static TuningResult Tuning()
    {
        var trial = new TuningTrial { Tau = 0.1, Duration = TimeSpan.FromSeconds(1) };
        return new() { Best = trial, Trials = [trial], BestOptions = new() };
    }

    private static ClassValues Classes(params string[] names) => ClassValues.Of(names);
}
