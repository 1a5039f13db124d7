namespace Microsoft.ML.LogitNorm.Tests.Tuning;

/// <summary>Trials in files: a tuner goes on from them, where they compare.</summary>
[TestFixture]
public sealed class LogitNormTunerFileTests : TunerTests
{
    [Test]
    public void Tune_Again_TrainsOnlyTemperaturesThatAreNew()
    {
        using var folder = new ResultsFolder();
        var (epochs, trials) = (0, new List<double>());
        var options = new LogitNormTuner.Options
        {
            Trainer = Quick with { EpochCompleted = _ => epochs++ },
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
        using var folder = new ResultsFolder();
        var epochs = 0;
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1, EpochCompleted = _ => epochs++ }, Taus = [0.1, 0.2, 0.3] };
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
        using var folder = new ResultsFolder();
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1 }, Taus = [0.1] };
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
        using var folder = new ResultsFolder();
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
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
        using var folder = new ResultsFolder();
        var trained = 0;
        var options = new LogitNormTuner.Options
        {
            Trainer = Quick with { Epochs = 1, EpochCompleted = _ => trained++ }, Taus = [0.1], ResultsFile = folder.File,
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
        using var folder = new ResultsFolder();
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
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
        var image = ImageInput.Find(Training.Schema, "Image", null);
        (ImageCache Cache, long Rows, bool Streams)[] cases =
        [
            (ImageCache.Auto, 48, false), (ImageCache.Auto, 1L << 50, true), (ImageCache.Memory, 1L << 50, false), (ImageCache.Stream, 48, true),
            (ImageCache.Auto, long.MaxValue, true),
        ];
        foreach (var (cache, rows, streams) in cases)
            Assert.That(
                Ml.MulticlassClassification.Trainers.LogitNorm(Quick with { ImageCache = cache }).Streams(image, rows),
                Is.EqualTo(streams),
                $"{cache} {rows}");

        var options = new LogitNormTuner.Options { Trainer = Quick };
        var label = LabelColumn.Find(Training.Schema, "Label");
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
        using var folder = new ResultsFolder();
        var options = new LogitNormTuner.Options { Trainer = Quick with { Epochs = 1 }, Taus = [0.1], ResultsFile = folder.File };
        Tune(options);
        Assert.That(
            () => Tune(options, Ml.Data.TakeRows(Validation, 39)), Throws.InvalidOperationException.With.Message.Contains("ValidationRows was 40 and is 39"));
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
        using var folder = new ResultsFolder();
        File.WriteAllText(folder.File, text);
        Assert.That(
            () => Tune(new() { Trainer = Quick with { StepCompleted = _ => Assert.Fail("It trains.") }, ResultsFile = folder.File }),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith($"ResultsFile '{folder.File}' is damaged: "));
        Assert.That(File.ReadAllText(folder.File), Is.EqualTo(text));
    }

    [Test]
    public void Tune_FileInAMissingFolder_FailsBeforeTraining()
        => Assert.That(
            () => Tune(new()
            {
                Trainer = Quick with { StepCompleted = _ => Assert.Fail("It trains.") },
                ResultsFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "tuning.json"),
            }),
            Throws.InstanceOf<DirectoryNotFoundException>());

    [Test]
    public void Tune_CancelledInTheSecondTrial_KeepsTheFirst()
    {
        using var folder = new ResultsFolder();
        using var cancellation = new CancellationTokenSource();
        var options = new LogitNormTuner.Options
        {
            Trainer = Quick with { CancellationToken = cancellation.Token },
            Taus = [0.1, 0.2, 0.3],
            ResultsFile = folder.File,
            TrialCompleted = _ => cancellation.Cancel(),
        };
        Assert.That(() => Tune(options), Throws.InstanceOf<OperationCanceledException>());

        var epochs = 0;
        var trials = new List<double>();
        var result = Tune(options with { Trainer = Quick with { EpochCompleted = _ => epochs++ }, TrialCompleted = trial => trials.Add(trial.Tau) });
        Assert.That(epochs, Is.EqualTo(4));
        Assert.That(trials, Is.EqualTo(new[] { 0.2, 0.3 }));
        Assert.That(result.Trials.Select(trial => trial.Tau), Is.EqualTo(options.Taus));
    }
}
