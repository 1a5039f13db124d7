using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Tuning;

[TestFixture]
public sealed class LogitNormTunerTests
{
    private static readonly LogitNormTrainer.Options _trainer = TinyImages.Options with { Epochs = 2 };
    private readonly MLContext _ml = new();
    private IDataView _training = null!, _validation = null!;

    [OneTimeSetUp]
    public void MapLabels()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        _training = map.Transform(TinyImages.View(_ml, 48));
        _validation = map.Transform(TinyImages.View(_ml, 40, seed: 4));
    }

    [Test]
    public void Tune_ReportsEachTrialInOrderWithItsEpochs()
    {
        var events = new List<string>();
        var result = Tune(new()
        {
            Trainer = _trainer with
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
        var trainer = _trainer with { LearningRate = 0.002 };
        var trial = Tune(new() { Trainer = trainer, Taus = [0.1], NoiseCount = 100 }).Best;

        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(trainer with { Loss = TrainingLoss.LogitNorm(0.1) }).Fit(_training);
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var images = new ImageInput("Image", new(3, TinyImages.Size, TinyImages.Size), PixelKind.VectorOfByte, Interleaved: false);
        var noise = GaussianNoise.Between((0, 255), images)
            .Draw(100, generator)
            .permute(0, 3, 1, 2)
            .contiguous();
        var rows = noise.data<byte>().ToArray().Chunk(3 * TinyImages.Size * TinyImages.Size).Select(pixels => new TinyImages.Row { Image = pixels });
        var score = _ml.Transforms.OodScore(OodScores.MaxSoftmax()).Fit(model.Transform(_validation));
        var expected = _ml.AnomalyDetection.EvaluateOod(
            score.Transform(model.Transform(_validation)), score.Transform(model.Transform(_ml.Data.LoadFromEnumerable(rows))));
        Assert.Multiple(() =>
        {
            Assert.That(
                trial.Accuracy, Is.EqualTo(_ml.MulticlassClassification.Evaluate(model.Transform(_validation)).MicroAccuracy).Within(1e-12).And.LessThan(1));
            Assert.That(trial.FprAt95Tpr, Is.EqualTo(expected.FprAt95Tpr).Within(1e-12));
            Assert.That(trial.Auroc, Is.EqualTo(expected.Auroc).Within(1e-12).And.InRange(0.01, 0.99));
        });
    }

    [Test]
    public void Tune_MoreRowsThanABatch_ScoresThemAll()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        var validation = map.Transform(TinyImages.View(_ml, 300, seed: 4));
        double? accuracy = null;
        var trainer = _trainer with { LearningRate = 0.002, ValidationSet = validation, EpochCompleted = epoch => accuracy = epoch.ValidationAccuracy };
        var trial = Tune(new() { Trainer = trainer, Taus = [0.1], NoiseCount = 300 }, validation).Best;
        Assert.That(trial.Accuracy, Is.EqualTo(accuracy).Within(1e-12));
    }

    [Test]
    public void Tune_WithoutASeed_SharesOneAmongTrialsAndResumes()
    {
        using var folder = new TemporaryFolder();
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Seed = null, LearningRate = 0.002 }, Taus = [0.1], ResultsFile = folder.File };
        var first = Tune(options);
        var seed = TuningFile.Open(folder.File, [], SettingsOf(options), seed: null).Seed;
        Assert.That(Outcome(Tune(options with { Trainer = options.Trainer with { Seed = seed }, ResultsFile = null }).Best), Is.EqualTo(Outcome(first.Best)));
    }

    [Test]
    public void Tune_WithoutASeed_TakesTheContexts()
    {
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Seed = null, LearningRate = 0.002 }, Taus = [0.1] };
        var expected = Tune(options with { Trainer = options.Trainer with { Seed = 6 } }).Best;
        var ml = new MLContext(seed: 6);
        Assert.That(Outcome(ml.MulticlassClassification.LogitNormTuner(options).Tune(_training, _validation).Best), Is.EqualTo(Outcome(expected)));
    }

    [Test]
    public void Tune_Again_TrainsOnlyTemperaturesThatAreNew()
    {
        using var folder = new TemporaryFolder();
        var (epochs, trials) = (0, new List<double>());
        var options = new LogitNormTuner.Options
        {
            Trainer = _trainer with { EpochCompleted = _ => epochs++ },
            Taus = [0.1, 0.2],
            ResultsFile = folder.File,
            TrialCompleted = trial => trials.Add(trial.Tau),
        };
        var first = Tune(options);
        Assert.That(epochs, Is.EqualTo(4));

        var again = Tune(options);
        Assert.That(epochs, Is.EqualTo(4), "nothing is new");
        Assert.That(again.Trials, Is.EqualTo(first.Trials));

        var extended = Tune(options with { Taus = [0.3, 0.2, 0.1], AccuracyLoss = 1 });
        Assert.That(epochs, Is.EqualTo(6), "one is new");
        Assert.That(extended.Trials.Skip(1), Is.EqualTo(first.Trials.Reverse()));
        Assert.That(trials, Is.EqualTo(new[] { 0.1, 0.2, 0.3 }));

        Assert.That(Tune(options with { Taus = [0.3] }).Trials.Single(), Is.EqualTo(extended.Trials[0]), "a smaller grid");
        Assert.That(epochs, Is.EqualTo(6));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { folder.File }), "no temporary file is left");
    }

    [Test]
    public void Tune_FilesOfOtherMachines_ChoosesAmongAllAndTrainsTheRest()
    {
        using var folder = new TemporaryFolder();
        var epochs = 0;
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1, EpochCompleted = _ => epochs++ }, Taus = [0.1, 0.2, 0.3] };
        var alone = Tune(options);
        var (first, second) = (Path.Combine(folder.Path, "1.json"), Path.Combine(folder.Path, "2.json"));
        Tune(options with { Taus = [0.1], ResultsFile = first });
        Tune(options with { Taus = [0.3], ResultsFile = second });
        var bytes = File.ReadAllBytes(first);
        epochs = 0;

        var all = Tune(options with { ResultsFile = folder.File, OtherResultsFiles = [first, second] });
        Assert.That(epochs, Is.EqualTo(1), "one is in no file");
        Assert.That(all.Trials.Select(Outcome), Is.EqualTo(alone.Trials.Select(Outcome)));
        Assert.That(Outcome(all.Best), Is.EqualTo(Outcome(alone.Best)));
        Assert.That(File.ReadAllBytes(first), Is.EqualTo(bytes), "read, not written");
        Assert.That(Tune(options with { Taus = [0.2], ResultsFile = folder.File }).Trials.Single(), Is.EqualTo(all.Trials[1]));
        Assert.That(epochs, Is.EqualTo(1));
    }

    [Test]
    public void Tune_FileOfAnotherMachineThatDoesNotCompare_IsNamed()
    {
        using var folder = new TemporaryFolder();
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1] };
        Tune(options with { Trainer = options.Trainer with { Seed = 7 }, ResultsFile = folder.File });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Tune(options with { OtherResultsFiles = [folder.File] }),
                Throws.InvalidOperationException.With.Message.Contains($"OtherResultsFiles: '{folder.File}'").And.Message.Contains("Seed was 7 and is 1"));
            Assert.That(
                () => Tune(options with { OtherResultsFiles = [folder.File + "2"] }),
                Throws.TypeOf<FileNotFoundException>().With.Message.Contains(folder.File + "2").And.Message.Contains("leave it out"));
            Assert.That(() => options with { OtherResultsFiles = [""] }, Throws.ArgumentException.With.Message.Contains("needs a name"));
            var unseeded = options with { Trainer = options.Trainer with { Seed = null }, OtherResultsFiles = [folder.File] };
            Assert.That(Tune(unseeded).BestOptions.Seed, Is.Null, "the file's seed served");
        }
    }

    [TestCaseSource(nameof(OtherSettings))]
    public void Tune_FileOfOtherSettings_SaysWhatDiffers(Func<LogitNormTuner.Options, LogitNormTuner.Options> change, string difference)
    {
        using var folder = new TemporaryFolder();
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
        Tune(options);
        var before = File.ReadAllText(folder.File);

        var error = Assert.Throws<InvalidOperationException>(() => Tune(change(options)))!;
        Assert.That(
            error.Message,
            Does.Contain($"ResultsFile '{folder.File}'").And.Contain($"do not compare: {difference}. Set them back, name another file, or delete this one"));
        Assert.That(File.ReadAllText(folder.File), Is.EqualTo(before));
    }

    // As a file is from before there was the option.
    [Test]
    public void Tune_FileWithoutAnOption_TakesItsDefault()
    {
        using var folder = new TemporaryFolder();
        var trained = 0;
        var options = new LogitNormTuner.Options
        {
            Trainer = _trainer with { Epochs = 1, EpochCompleted = _ => trained++ }, Taus = [0.1], ResultsFile = folder.File,
        };
        Tune(options);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder.File))!;
        foreach (var name in (string[])["WeightDecay", "NoiseCount", "Warmup"])
            Assert.That(json["Settings"]!.AsObject().Remove(name), Is.True, name);
        json.AsObject().Remove("Version");
        File.WriteAllText(folder.File, json.ToJsonString());

        Tune(options);
        Assert.That(trained, Is.EqualTo(1), "its trial is taken");
        Assert.That(() => Tune(options with { NoiseCount = 7 }), Throws.InvalidOperationException.With.Message.Contains("NoiseCount was 2000 and is 7"));
    }

    [Test]
    public void Tune_FileOfANewerVersion_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
        Tune(options);
        var written = File.ReadAllText(folder.File);
        foreach (var version in (string[])["\"Version\": 2", "\"More\": [{}], \"Version\": 2"])
        {
            File.WriteAllText(folder.File, written.Replace("\"Version\": 1", version));
            Assert.That(() => Tune(options), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"ResultsFile '{folder.File}' has version 2 of the format, of a newer Microsoft.ML.LogitNorm; this one reads up to 1. "
                + "Use that version, or name another file."));
        }
        File.WriteAllText(folder.File, written.Replace("\"Version\": 1", "\"More\": [{}], \"Version\": 1"));
        Assert.That(() => Tune(options), Throws.TypeOf<InvalidDataException>().With.Message.Contains("is damaged").And.Message.Contains("More"));
    }

    // Which images Auto streams is a matter of the memory that is free: what came of it is part of what a trial is.
    [Test]
    public void Streams_MoreThanMemoryHolds_IsRecorded()
    {
        var image = ImageInput.Find(_training.Schema, "Image", null);
        (ImageCache Cache, long Rows, bool Streams)[] cases =
        [
            (ImageCache.Auto, 48, false), (ImageCache.Auto, 1L << 50, true), (ImageCache.Memory, 1L << 50, false), (ImageCache.Stream, 48, true),
            (ImageCache.Auto, long.MaxValue, true),
        ];
        foreach (var (cache, rows, streams) in cases)
            Assert.That(
                _ml.MulticlassClassification.Trainers.LogitNorm(_trainer with { ImageCache = cache }).Streams(image, rows),
                Is.EqualTo(streams),
                $"{cache} {rows}");

        var options = new LogitNormTuner.Options { Trainer = _trainer };
        var label = LabelColumn.Find(_training.Schema, "Label");
        var (kept, streamed) = (
            TuningSettings.Of(options, image, label, 48, 40, streamed: false), TuningSettings.Of(options, image, label, 48, 40, streamed: true));
        Assert.That(TrainingSettings.Differences(kept, streamed, TuningSettings.Defaults), Is.EqualTo(new[] { "ImageCache was not there and is \"Stream\"" }));
    }

    private static IEnumerable<TestCaseData> OtherSettings()
    {
        yield return Case("Epochs", options => options with { EpochsPerTrial = 2 }, "Epochs was 1 and is 2");
        yield return Case("NoiseCount", options => options with { NoiseCount = 7 }, "NoiseCount was 2000 and is 7");
        yield return Case("Warmup", options => options with { Warmup = 0 }, "Warmup was 0.5 and is 0");
        yield return Case("Seed", options => options with { Trainer = options.Trainer with { Seed = 2 } }, "Seed was 1 and is 2");
        yield return Case(
            "Several",
            options => options with { Trainer = options.Trainer with { BatchSize = 8, Momentum = 0.5 } },
            "BatchSize was 16 and is 8; Momentum was 0.9 and is 0.5");
        yield return Case(
            "Backbone",
            options => options with { Trainer = options.Trainer with { Backbone = Backbone.WideResNet(16, 1, 0) } },
            """Backbone was {"kind":"wide-resnet","Depth":10,"Widen":1,"Dropout":0} and is {"kind":"wide-resnet","Depth":16,"Widen":1,"Dropout":0}""");
        yield return Case(
            "Normalization",
            options => options with { Trainer = options.Trainer with { Normalization = new([1, 2, 3], [4, 5, 6]) } },
            """Normalization was null and is {"Mean":[1,2,3],"StandardDeviation":[4,5,6]}""");
        yield return Case(
            "Held out, weighed, stopped",
            options => options with
            {
                Trainer = options.Trainer with { ValidationFraction = 0.2, EarlyStopping = new(), ClassWeights = ClassWeights.Balanced() },
            },
            """ValidationFraction was null and is 0.2; EarlyStopping was null and is {"Patience":10,"Metric":"Loss","MinDelta":0}; """
            + """ClassWeights was {"kind":"none"} and is {"kind":"balanced"}""");
        yield return Case(
            "Sampling",
            options => options with { Trainer = options.Trainer with { Sampling = Sampling.Balanced } },
            "Sampling was \"Natural\" and is \"Balanced\"");

        static TestCaseData Case(string name, Func<LogitNormTuner.Options, LogitNormTuner.Options> change, string difference)
            => new TestCaseData(change, difference).SetArgDisplayNames(name);
    }

    [Test]
    public void Tune_FileOfOtherRows_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
        Tune(options);
        Assert.That(
            () => Tune(options, _ml.Data.TakeRows(_validation, 39)), Throws.InvalidOperationException.With.Message.Contains("ValidationRows was 40 and is 39"));
    }

    [TestCase("", TestName = "Tune_EmptyFile_IsDamaged")]
    [TestCase("null", TestName = "Tune_NullInTheFile_IsDamaged")]
    [TestCase("{\"Seed\": 1, \"Settings\": {}, \"Tri", TestName = "Tune_CutFile_IsDamaged")]
    [TestCase("{\"Seed\": 1, \"Settings\": {}}", TestName = "Tune_FileWithoutTrials_IsDamaged")]
    [TestCase("{\"Seed\": 1, \"Settings\": {}, \"Trials\": [{\"Tau\": -1, \"Duration\": \"00:00:01\"}]}", TestName = "Tune_ImpossibleTau_IsDamaged")]
    [TestCase("{\"Seed\": 1, \"Settings\": {}, \"Trials\": [{\"Tau\": 1, \"Duration\": \"00:00:01\"}]}", TestName = "Tune_TrialWithoutMetrics_IsDamaged")]
    [TestCase(
        "{\"Seed\": 1, \"Settings\": {}, \"Trials\": [{\"Tau\": 1, \"Accuracy\": 2, \"FprAt95Tpr\": 0, \"Auroc\": 1, \"Duration\": \"00:00:01\"}]}",
        TestName = "Tune_ImpossibleAccuracy_IsDamaged")]
    [TestCase("{\"Seed\": 1, \"Settings\": {}, \"Trials\": [null]}", TestName = "Tune_NullTrial_IsDamaged")]
    [TestCase(
        "{\"Seed\": 1, \"Settings\": {}, \"Trials\": [{\"Tau\": 1, \"Failure\": \"a\", \"Duration\": \"00:00:01\"}, {\"Tau\": 1, \"Failure\": "
        + "\"b\", \"Duration\": \"00:00:01\"}]}",
        TestName = "Tune_TauTwice_IsDamaged")]
    public void Tune_DamagedFile_NamesIt(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File, text);
        Assert.That(
            () => Tune(new() { Trainer = _trainer with { StepCompleted = _ => Assert.Fail("It trains.") }, ResultsFile = folder.File }),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"ResultsFile '{folder.File}' is damaged: "));
        Assert.That(File.ReadAllText(folder.File), Is.EqualTo(text));
    }

    [Test]
    public void Tune_FileInAMissingFolder_FailsBeforeTraining()
        => Assert.That(
            () => Tune(new()
            {
                Trainer = _trainer with { StepCompleted = _ => Assert.Fail("It trains.") },
                ResultsFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "tuning.json"),
            }),
            Throws.InstanceOf<DirectoryNotFoundException>());

    [Test]
    public void Tune_CancelledInTheSecondTrial_KeepsTheFirst()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var options = new LogitNormTuner.Options
        {
            Trainer = _trainer with { CancellationToken = cancellation.Token },
            Taus = [0.1, 0.2, 0.3],
            ResultsFile = folder.File,
            TrialCompleted = _ => cancellation.Cancel(),
        };
        Assert.That(() => Tune(options), Throws.InstanceOf<OperationCanceledException>());

        var epochs = 0;
        var trials = new List<double>();
        var result = Tune(options with { Trainer = _trainer with { EpochCompleted = _ => epochs++ }, TrialCompleted = trial => trials.Add(trial.Tau) });
        Assert.That(epochs, Is.EqualTo(4));
        Assert.That(trials, Is.EqualTo(new[] { 0.2, 0.3 }));
        Assert.That(result.Trials.Select(trial => trial.Tau), Is.EqualTo(options.Taus));
    }

    [Test]
    public void Tune_OneTrialDiverges_IsRecordedAndLeftOut()
    {
        using var folder = new TemporaryFolder();
        var epochs = 0;
        // Normalised logits divided by 1e-300 are infinite.
        var options = new LogitNormTuner.Options
        {
            Trainer = _trainer with { EpochCompleted = _ => epochs++ }, Taus = [1e-300, 0.1], Warmup = 0, ResultsFile = folder.File,
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
            Trainer = _trainer with { Epochs = 1, BatchSize = 48, LearningRate = 1e30, LearningRateSchedule = LearningRateSchedule.Milestones() }, Taus = [0.1],
        };
        Assert.That(
            () => Tune(options),
            Throws.InvalidOperationException.With.Message.Contains("every trial").And.Message.Contains("tau 0.1: The trained network's logits are not finite"));
    }

    [Test]
    public void Tune_OtherErrorsInATrial_ReachTheCaller()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => Tune(new() { Trainer = _trainer with { EpochCompleted = _ => throw new InvalidOperationException("mine") }, ResultsFile = folder.File }),
            Throws.TypeOf<InvalidOperationException>().With.Message.EqualTo("mine"));
        Assert.That(File.ReadAllText(folder.File), Does.Contain("\"Trials\": []"));
        Assert.That(
            () => Tune(new() { Trainer = _trainer with { BatchSize = 49 } }), Throws.InvalidOperationException.With.Message.StartsWith("BatchSize is 49"));
    }

    [Test]
    public void Tune_ValidationRowsThatDoNotFit_AreRefusedBeforeTraining()
    {
        var options = new LogitNormTuner.Options { Trainer = _trainer with { StepCompleted = _ => Assert.Fail("It trains.") } };
        var two = TinyImages.Rows(30);
        two.ForEach(row => row.Label = TinyImages.Classes[row.Id % 2]);
        var otherClasses = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(two)).Transform(_ml.Data.LoadFromEnumerable(two));
        Assert.That(
            () => Tune(options, otherClasses),
            Throws.InvalidOperationException.With.Message.Contains("expected 3 classes (red, green, blue), found 2 classes (red, green)"));
        Assert.That(
            () => Tune(options, _ml.Data.SkipRows(_validation, 40)),
            Throws.InvalidOperationException.With.Message.EqualTo("The validation set has no rows. Give it rows with labels."));
        Assert.That(() => Tune(options, TinyImages.View(_ml, 3)), Throws.InvalidOperationException.With.Message.Contains("MapValueToKey"));
        Assert.That(() => Tune(options, null!), Throws.ArgumentNullException);
    }

    // BatchSize is left open: it must not be what is blamed.
    [Test]
    public void Tune_TrainingRowsThatDoNotDo_AreRefusedAsByTheTrainer([Values(0, 1, 2)] int labelled)
    {
        using var folder = new TemporaryFolder();
        var rows = TinyImages.Rows(12);
        rows[labelled..].ForEach(row => row.Label = "unheard of");
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        var training = map.Transform(_ml.Data.LoadFromEnumerable(rows));
        var trainer = _trainer with { BatchSize = null, StepCompleted = _ => Assert.Fail("It trains.") };
        var options = new LogitNormTuner.Options { Trainer = trainer, ResultsFile = folder.File };
        var expected = Assert.Throws<InvalidOperationException>(() => _ml.MulticlassClassification.Trainers.LogitNorm(trainer).Fit(training))!.Message;
        Assert.That(
            () => _ml.MulticlassClassification.LogitNormTuner(options).Tune(training, _validation),
            Throws.InvalidOperationException.With.Message.EqualTo(expected));
        Assert.That(expected, Does.StartWith(labelled == 0 ? "The training data has no row with a label" : "No training rows for "));
    }

    [Test]
    public void Tune_TellsTrialsAndChoiceToTheContextsLog()
    {
        var messages = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => { if (e.Kind == ChannelMessageKind.Info) messages.Add(e.RawMessage); };
        ml.MulticlassClassification.LogitNormTuner(new() { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1] }).Tune(_training, _validation);
        Assert.That(messages, Has.One.StartsWith("Trial of tau 0.1: accuracy "));
        Assert.That(messages, Has.One.StartsWith("Chose tau 0.1: accuracy "));
    }

    [Test]
    public void Tune_MoreTrials_HoldNoMoreTensors()
    {
        var options = new LogitNormTuner.Options { Trainer = _trainer with { Epochs = 1 }, Taus = [0.1, 1e-300, 0.2, 0.3], Warmup = 0 };
        // TorchSharp counts a parameter twice when it is made and once when it goes, so each network leaves a known surplus.
        var surplus = Growth(() => _trainer.Backbone.Draw(3, 3).Dispose());
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

    private TuningResult Tune(LogitNormTuner.Options options, IDataView? validation)
        => _ml.MulticlassClassification.LogitNormTuner(options).Tune(_training, validation!);

    private TuningResult Tune(LogitNormTuner.Options options) => Tune(options, _validation);

    private Dictionary<string, System.Text.Json.JsonElement> SettingsOf(LogitNormTuner.Options options)
        => TuningSettings.Of(options, ImageInput.Find(_training.Schema, "Image", null), LabelColumn.Find(_training.Schema, "Label"), 48, 40, streamed: false);

    private static (double, double?, double?, double?) Outcome(TuningTrial trial) => (trial.Tau, trial.Accuracy, trial.FprAt95Tpr, trial.Auroc);

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tuning").FullName;

        public string File => System.IO.Path.Combine(Path, "tuning.json");

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
