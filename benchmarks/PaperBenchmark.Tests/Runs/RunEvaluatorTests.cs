using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using PaperBenchmark.Datasets;
using PaperBenchmark.Plans;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;

namespace PaperBenchmark.Tests.Runs;

/// <summary>A tiny network, trained and measured as the commands do it.</summary>
public sealed class RunEvaluatorTests
{
    private static readonly OodScore[] _scores = [OodScores.MaxSoftmax(), OodScores.Dice()];

    private readonly MLContext _ml = new(seed: 1);
    private TemporaryFolder _folder;
    private RecordingWatcher _watcher;

    [SetUp]
    public void SetUp() => (_folder, _watcher) = (new(), new());

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void View_HasTheLabelsAndPixelsOfTheTable()
    {
        var view = ImageView.Create(_ml, Images("set", 4, seed: 1), ["a", "b"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(view.GetColumn<uint>("Label"), Is.EqualTo(new uint[] { 1, 2, 1, 2 }), "keys count from 1 inside ML.NET");
            Assert.That(view.GetColumn<byte[]>("Image").First(), Is.EqualTo(Images("set", 4, seed: 1).Image(0).ToArray()));
            Assert.That(ImageView.Create(_ml, Unknown(1), ["a", "b"]).GetColumn<uint>("Label"), Is.All.Zero, "images of no class have no label");
        }
    }

    [Test]
    public void Evaluate_Again_ScoresOnlyWhatIsNew()
    {
        var run = Run(Head.Linear());
        var folder = RunFolder.Of(_folder.Root, run);
        var images = Benchmark(Unknown(3));
        Assert.That(Trainer(images).Train(run, folder), Is.True);
        Evaluator(images).Evaluate(run, folder, _scores);
        Assert.That(_watcher.Scored, Is.EqualTo(new[] { "training images", "test", "unknown" }));

        Evaluator(images).Evaluate(run, folder, _scores);
        Assert.That(_watcher.Scored, Has.Count.EqualTo(3), "all is there");

        Evaluator(Benchmark(Unknown(4))).Evaluate(run, folder, _scores);
        Assert.That(_watcher.Scored.Skip(3), Is.EqualTo(new[] { "training images", "unknown" }), "other images of the same name");
    }

    [Test]
    public void Evaluate_GivesTheModelsOwnScoresAndLogits()
    {
        var run = Run(Head.Linear());
        var folder = RunFolder.Of(_folder.Root, run);
        var images = Benchmark(Unknown(3));
        Trainer(images).Train(run, folder);
        Evaluator(images).Evaluate(run, folder, _scores);
        var kept = SetScores.Read(folder.Scores("test"));
        var rows = _ml.Model.Load(folder.Model, out _).Transform(ImageView.Create(_ml, images.Test, images.Test.Classes));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kept.Logits, Is.EqualTo(rows.GetColumn<float[]>("Logits")));
            Assert.That(kept.Labels, Is.EqualTo(images.Test.Labels));
            Assert.That(kept.Scores["MaxSoftmax"], Is.EqualTo(kept.Logits.Select(logits => -Softmax.Of(logits).Max())).Within(1e-6));
        }
    }

    [Test]
    public void Evaluate_ScoreThatDoesNotFitTheHead_IsNamedAndTheOthersGoOn()
    {
        var run = Run(Head.DecomposedConfidence());
        var folder = RunFolder.Of(_folder.Root, run);
        var images = Benchmark(Unknown(3));
        Trainer(images).Train(run, folder);
        Evaluator(images).Evaluate(run, folder, _scores);
        var set = folder.ReadEvaluation().Find("unknown")!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(set.Scores, Is.EqualTo(new[] { "MaxSoftmax" }));
            Assert.That(set.Failures.Single().Key, Does.StartWith("Dice"));
            Assert.That(set.Failures.Single().Value, Does.Contain("linear"));
        }
    }

    [Test]
    public void Train_FinishedRun_IsLeftAlone()
    {
        var run = Run(Head.Linear());
        var folder = RunFolder.Of(_folder.Root, run);
        var images = Benchmark(Unknown(3));
        Trainer(images).Train(run, folder);
        var before = File.ReadAllBytes(folder.Model);
        Assert.That(Trainer(images).Train(run, folder), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_watcher.Trained, Is.EqualTo(1));
            Assert.That(File.ReadAllBytes(folder.Model), Is.EqualTo(before));
            Assert.That(File.Exists(folder.Checkpoint), Is.False, "not needed any more");
            Assert.That(EpochLog.Read(folder.Epochs), Has.Count.EqualTo(2));
        }
    }

    [Test]
    public void Calibration_OfAnOverconfidentNetwork_FindsItsTemperature()
    {
        // Of seven rows with the same logits five are right: the best temperature makes the largest probability 5/7, that is 6 / T = ln(5/2).
        int[] labels = [.. Enumerable.Range(0, 700).Select(i => i % 7 < 5 ? 0 : 1)];
        var scores = new SetScores(labels, [.. labels.Select(_ => new[] { 6f, 0f })], new Dictionary<string, float[]>());
        var figures = CalibrationFigures.Measure(new(Run(Head.Linear()), new(""), new(1, 1, 1, 1, default), [], scores, new Dictionary<string, SetScores>()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.FittedOn, Is.EqualTo(140));
            Assert.That(figures.Temperature, Is.EqualTo(6 / Math.Log(2.5)).Within(0.01));
            Assert.That(figures.Before.ExpectedCalibrationError, Is.EqualTo((1 / (1 + Math.Exp(-6))) - (5 / 7.0)).Within(1e-3));
            Assert.That(figures.After.ExpectedCalibrationError, Is.Zero.Within(1e-3));
        }
    }

    private RunTrainer Trainer(BenchmarkImages images) => new(_ml, images, null, _watcher, default);

    private RunEvaluator Evaluator(BenchmarkImages images) => new(_ml, images, _watcher, default);

    private static RunOptions Run(Head head)
        => new Plan(Preset.Find("smoke") with { ImageSize = 8, BatchSize = 8 }, "set", [1]).Run(TrainingLoss.CrossEntropy(), 1, head: head);

    private static BenchmarkImages Benchmark(ImageTable unknown)
        => new(Images("set", 64, seed: 1), Images("set", 16, seed: 2), [unknown], new Dictionary<string, string>());

    // Dark and bright images in turn.
    private static ImageTable Images(string name, int count, int seed)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
        return new(
            name, 8, [.. labels.SelectMany(label => Enumerable.Range(0, 192).Select(_ => (byte)((label * 128) + random.Next(128))))], ["a", "b"], labels);
    }

    private static ImageTable Unknown(int seed)
    {
        var pixels = new byte[10 * 192];
        new Random(seed).NextBytes(pixels);
        return new("unknown", 8, pixels, [], []);
    }

    private sealed class RecordingWatcher : IRunWatcher
    {
        public List<string> Scored { get; } = [];

        public int Trained { get; private set; }

        public void Training(RunOptions run, RunFolder folder, int epochsDone) => Trained++;

        public void Epoch(RunOptions run, EpochLine line)
        {
        }

        public void Diverged(RunOptions run, string reason) => Assert.Fail(reason);

        public void Busy(RunOptions run) => Assert.Fail("nobody else is at it");

        public void Scoring(RunOptions run, string set, int images) => Scored.Add(set);
    }
}
