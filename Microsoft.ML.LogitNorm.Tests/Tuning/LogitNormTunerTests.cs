using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Tuning;

/// <summary>What trials are, how one is chosen, and what goes wrong.</summary>
[TestFixture]
public sealed class LogitNormTunerTests : TunerTests
{
    [Test]
    public void Tune_ReportsEachTrialInOrderWithItsEpochs()
    {
        var events = new List<string>();
        var result = Tune(new()
        {
            Trainer = Quick with
            {
                Epochs = 50, Loss = TrainingLoss.CrossEntropy(), EpochCompleted = epoch => events.Add($"epoch {epoch.Epoch} of {epoch.Epochs}"),
            },
            Taus = [0.2, 0.1],
            Warmup = 0.25,
            EpochsPerTrial = 2,
            TrialCompleted = trial => events.Add(FormattableString.Invariant($"trial {trial.Tau}")),
        });
        Assert.Multiple(() =>
        {
            Assert.That(events, Is.EqualTo(new[] { "epoch 1 of 2", "epoch 2 of 2", "trial 0.2", "epoch 1 of 2", "epoch 2 of 2", "trial 0.1" }));
            Assert.That(result.Trials.Select(trial => trial.Tau), Is.EqualTo(new[] { 0.2, 0.1 }));
            Assert.That(result.Trials, Has.Member(result.Best));
            Assert.That(result.BestOptions.Loss, Is.EqualTo(TrainingLoss.LogitNorm(result.Best.Tau, 0.25)));
            Assert.That(result.BestOptions.Epochs, Is.EqualTo(50));
            Assert.That(result.BestOptions.Seed, Is.EqualTo(1));
        });
    }

    [Test]
    public void Tune_TrialsMetrics_AreThoseOfTheModelOnValidationRowsAndNoise()
    {
        // A network that learns little: a good one is right about all rows, whatever is measured.
        var trainer = Quick with { LearningRate = 0.002 };
        var trial = Tune(new() { Trainer = trainer, Taus = [0.1], NoiseCount = 100 }).Best;

        using var model = Ml.MulticlassClassification.Trainers.LogitNorm(trainer with { Loss = TrainingLoss.LogitNorm(0.1) }).Fit(Training);
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var images = new ImageInput("Image", new(3, TinyImages.Size, TinyImages.Size), PixelKind.VectorOfByte, Interleaved: false);
        var noise = GaussianNoise.Between((0, 255), images)
            .Draw(100, generator)
            .permute(0, 3, 1, 2)
            .contiguous();
        var rows = noise.data<byte>().ToArray().Chunk(3 * TinyImages.Size * TinyImages.Size).Select(pixels => new TinyImages.Row { Image = pixels });
        var score = Ml.Transforms.OodScore(OodScores.MaxSoftmax()).Fit(model.Transform(Validation));
        var expected = Ml.AnomalyDetection.EvaluateOod(
            score.Transform(model.Transform(Validation)), score.Transform(model.Transform(Ml.Data.LoadFromEnumerable(rows))));
        Assert.Multiple(() =>
        {
            Assert.That(
                trial.Accuracy, Is.EqualTo(Ml.MulticlassClassification.Evaluate(model.Transform(Validation)).MicroAccuracy).Within(1e-12).And.LessThan(1));
            Assert.That(trial.FprAt95Tpr, Is.EqualTo(expected.FprAt95Tpr).Within(1e-12));
            Assert.That(trial.Auroc, Is.EqualTo(expected.Auroc).Within(1e-12).And.InRange(0.01, 0.99));
        });
    }

    [Test]
    public void Tune_MoreRowsThanABatch_ScoresThemAll()
    {
        var map = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(Ml, 3));
        var validation = map.Transform(TinyImages.View(Ml, 300, seed: 4));
        double? accuracy = null;
        var trainer = Quick with { LearningRate = 0.002, ValidationSet = validation, EpochCompleted = epoch => accuracy = epoch.ValidationAccuracy };
        var trial = Tune(new() { Trainer = trainer, Taus = [0.1], NoiseCount = 300 }, validation).Best;
        Assert.That(trial.Accuracy, Is.EqualTo(accuracy).Within(1e-12));
    }

    [Test]
    public void Tune_WithoutASeed_SharesOneAmongTrialsAndResumes()
    {
        using var folder = new ResultsFolder();
        var options = new LogitNormTuner.Options { Trainer = Quick with { Seed = null, LearningRate = 0.002 }, Taus = [0.1], ResultsFile = folder.File };
        var first = Tune(options);
        var seed = TuningFile.Open(folder.File, [], SettingsOf(options), seed: null).Seed;
        Assert.That(Outcome(Tune(options with { Trainer = options.Trainer with { Seed = seed }, ResultsFile = null }).Best), Is.EqualTo(Outcome(first.Best)));
    }

    [Test]
    public void Tune_WithoutASeed_TakesTheContexts()
    {
        var options = new LogitNormTuner.Options { Trainer = Quick with { Seed = null, LearningRate = 0.002 }, Taus = [0.1] };
        var expected = Tune(options with { Trainer = options.Trainer with { Seed = 6 } }).Best;
        var ml = new MLContext(seed: 6);
        Assert.That(Outcome(ml.MulticlassClassification.LogitNormTuner(options).Tune(Training, Validation).Best), Is.EqualTo(Outcome(expected)));
    }

    [Test]
    public void Tune_OneTrialDiverges_IsRecordedAndLeftOut()
    {
        using var folder = new ResultsFolder();
        var epochs = 0;
        // Normalised logits divided by 1e-300 are infinite.
        var options = new LogitNormTuner.Options
        {
            Trainer = Quick with { EpochCompleted = _ => epochs++ }, Taus = [1e-300, 0.1], Warmup = 0, ResultsFile = folder.File,
        };
        var result = Tune(options);
        Assert.Multiple(() =>
        {
            Assert.That(result.Best.Tau, Is.EqualTo(0.1));
            Assert.That(result.Trials[0].Failure, Does.StartWith("The loss became NaN in epoch 1, step 1, with LogitNorm(tau: 1E-300, warmup: 0)"));
            Assert.That((result.Trials[0].Accuracy, result.Trials[0].FprAt95Tpr, result.Trials[0].Auroc), Is.EqualTo(default((double?, double?, double?))));
            Assert.That(Tune(options).Trials, Is.EqualTo(result.Trials), "it is not tried again");
            Assert.That(epochs, Is.EqualTo(2));
        });
    }

    [Test]
    public void Tune_LastStepDiverges_FailsTheTrial()
    {
        // One step only: its loss is that of the first weights, and nothing but the network's outputs tells what became of them.
        var options = new LogitNormTuner.Options
        {
            Trainer = Quick with { Epochs = 1, BatchSize = 48, LearningRate = 1e30, LearningRateSchedule = LearningRateSchedule.Milestones() }, Taus = [0.1],
        };
        Assert.That(
            () => Tune(options),
            Throws.InvalidOperationException.With.Message.Contains("every trial").And.Message.Contains("tau 0.1: The trained network's logits are not finite"));
    }

    [Test]
    public void Tune_OtherErrorsInATrial_ReachTheCaller()
    {
        using var folder = new ResultsFolder();
        Assert.That(
            () => Tune(new() { Trainer = Quick with { EpochCompleted = _ => throw new InvalidOperationException("mine") }, ResultsFile = folder.File }),
            Throws.TypeOf<InvalidOperationException>().With.Message.EqualTo("mine"));
        Assert.That(File.ReadAllText(folder.File), Does.Contain("\"Trials\": []"));
        Assert.That(
            () => Tune(new() { Trainer = Quick with { BatchSize = 49 } }), Throws.InvalidOperationException.With.Message.StartsWith("BatchSize is 49"));
    }

    [Test]
    public void Tune_ValidationRowsThatDoNotFit_AreRefusedBeforeTraining()
    {
        var options = new LogitNormTuner.Options { Trainer = Quick with { StepCompleted = _ => Assert.Fail("It trains.") } };
        var two = TinyImages.Rows(30);
        two.ForEach(row => row.Label = TinyImages.Classes[row.Id % 2]);
        var otherClasses = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(Ml.Data.LoadFromEnumerable(two)).Transform(Ml.Data.LoadFromEnumerable(two));
        Assert.That(
            () => Tune(options, otherClasses),
            Throws.InvalidOperationException.With.Message.Contains("expected 3 classes (red, green, blue), found 2 classes (red, green)"));
        Assert.That(
            () => Tune(options, Ml.Data.SkipRows(Validation, 40)),
            Throws.InvalidOperationException.With.Message.EqualTo("The validation set has no rows. Give it rows with labels."));
        Assert.That(() => Tune(options, TinyImages.View(Ml, 3)), Throws.InvalidOperationException.With.Message.Contains("MapValueToKey"));
        Assert.That(() => Tune(options, null!), Throws.ArgumentNullException);
    }

    // BatchSize is left open: it must not be what is blamed.
    [Test]
    public void Tune_TrainingRowsThatDoNotDo_AreRefusedAsByTheTrainer([Values(0, 1, 2)] int labelled)
    {
        using var folder = new ResultsFolder();
        var rows = TinyImages.Rows(12);
        rows[labelled..].ForEach(row => row.Label = "unheard of");
        var map = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(Ml, 3));
        var training = map.Transform(Ml.Data.LoadFromEnumerable(rows));
        var trainer = Quick with { BatchSize = null, StepCompleted = _ => Assert.Fail("It trains.") };
        var options = new LogitNormTuner.Options { Trainer = trainer, ResultsFile = folder.File };
        var expected = Assert.Throws<InvalidOperationException>(() => Ml.MulticlassClassification.Trainers.LogitNorm(trainer).Fit(training))!.Message;
        Assert.That(
            () => Ml.MulticlassClassification.LogitNormTuner(options).Tune(training, Validation),
            Throws.InvalidOperationException.With.Message.EqualTo(expected));
        Assert.That(expected, Does.StartWith(labelled == 0 ? "The training data has no row with a label" : "No training rows for "));
    }

    [Test]
    public void Tune_TellsTrialsAndChoiceToTheContextsLog()
    {
        var messages = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => { if (e.Kind == ChannelMessageKind.Info) messages.Add(e.RawMessage); };
        ml.MulticlassClassification.LogitNormTuner(new() { Trainer = Quick with { Epochs = 1 }, Taus = [0.1] }).Tune(Training, Validation);
        Assert.That(messages, Has.One.StartsWith("Trial of tau 0.1: accuracy "));
        Assert.That(messages, Has.One.StartsWith("Chose tau 0.1: accuracy "));
    }

    [Test]
    public void Tune_MoreTrials_HoldNoMoreTensors()
    {
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1 }, Taus = [0.1, 1e-300, 0.2, 0.3], Warmup = 0 };
        // TorchSharp counts a parameter twice when it is made and once when it goes, so each network leaves a known surplus.
        var surplus = Growth(() => Quick.Backbone.Draw(3, 3).Dispose());
        Tune(options);   // what is made once per process is made now
        Assert.That(Growth(() => Tune(options)), Is.EqualTo(options.Taus.Count * surplus));
    }

    private static long Growth(Action act)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();   // tensors that other tests left may go meanwhile: they must not hide what is left here
        var before = Tensor.TotalCount;
        act();
        GC.Collect();   // what an operation in place returns is a second handle, which goes when it is collected
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount - before;
    }

    private Dictionary<string, System.Text.Json.JsonElement> SettingsOf(LogitNormTuner.Options options)
        => TuningSettings.Of(options, ImageInput.Find(Training.Schema, "Image", null), LabelColumn.Find(Training.Schema, "Label"), 48, 40, streamed: false);
}
