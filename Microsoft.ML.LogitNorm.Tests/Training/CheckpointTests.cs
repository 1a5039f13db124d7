namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>A training that was stopped goes on where it was, and nobody can tell from the weights.</summary>
[TestFixture]
public sealed class CheckpointTests
{
    private static readonly LogitNormTrainer.Options _options = KilledTraining.Options;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    private string CheckpointFile => _folder["training.checkpoint"];

    private static IEnumerable<TestCaseData> Trainings()
    {
        yield return new TestCaseData(_options).SetArgDisplayNames("Dropout, crop, warm-up");
        yield return new TestCaseData(_options with { Head = Head.Cosine(), WeightDecay = 0 }).SetArgDisplayNames("Cosine head");
        yield return new TestCaseData(_options with { Momentum = 0 }).SetArgDisplayNames("No momentum");
        yield return new TestCaseData(_options with { Backbone = Backbone.DenseNet(10, 4, 0.2), Nesterov = false, Loss = TrainingLoss.ExtendedLogitNorm() })
            .SetArgDisplayNames("DenseNet");
        yield return new TestCaseData(_options with { BatchSize = 20, LearningRateSchedule = LearningRateSchedule.Milestones() })
            .SetArgDisplayNames("Rows left over");
        yield return new TestCaseData(
                _options with { Augmentation = Augmentation.Of(Augmentation.CropAndFlip(1), Augmentation.Cutout(3), Augmentation.PixMix(pictures: 20)) })
            .SetArgDisplayNames("Cutout, PixMix");
        yield return new TestCaseData(_options with { Sampling = Sampling.Balanced, ValidationFraction = 0.2, BatchSize = 8 })
            .SetArgDisplayNames("Balanced sampling, rows held out");
        yield return new TestCaseData(
                _options with
                {
                    ClassWeights = ClassWeights.Of(("red", 3)),
                    Augmentation = Augmentation.Of(Augmentation.RandomResizedCrop(), Augmentation.ColorJitter(hue: 0.1)),
                })
            .SetArgDisplayNames("Class weights, photos' augmentations");
    }

    [TestCaseSource(nameof(Trainings))]
    public void Fit_StoppedInEachEpoch_EndsWithTheSameBits(LogitNormTrainer.Options options)
    {
        var expected = TinyTraining.Weights(options);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
            StopIn(epoch, options);
        var epochs = new List<int>();
        Assert.That(
            TinyTraining.Weights(options with { CheckpointFile = CheckpointFile, EpochCompleted = done => epochs.Add(done.Epoch) }), Is.EqualTo(expected));
        Assert.That(epochs, Is.EqualTo(new[] { 4 }), "three epochs were done before");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Fit_CancelledInAStepAfter_EndsWithTheSameBits(int epochsDone)
    {
        using var cancellation = new CancellationTokenSource();
        var options = _options with { CheckpointFile = CheckpointFile };
        var stopped = options with
        {
            CancellationToken = cancellation.Token,
            StepCompleted = step =>
            {
                if ((step.Epoch, step.Step) == (epochsDone + 1, 2))
                    cancellation.Cancel();
            },
        };
        Assert.That(() => TinyTraining.Weights(stopped), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(TinyTraining.Weights(options), Is.EqualTo(TinyTraining.Weights(_options)));
    }

    [Test]
    public void Fit_ProcessKilledWhileItWrites_EndsWithTheSameBits()
    {
        var (exitCode, error) = KilledTraining.Run(CheckpointFile);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(
            Directory.GetFiles(_folder.Path),
            Is.EquivalentTo(new[] { CheckpointFile, CheckpointFile + ".tmp" }),
            $"It is killed in the middle of a write. {error}");
        var epochs = new List<int>();
        Assert.That(
            TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile, EpochCompleted = epoch => epochs.Add(epoch.Epoch) }),
            Is.EqualTo(TinyTraining.Weights(_options)));
        Assert.That(epochs, Is.EqualTo(new[] { 3, 4 }));
    }

    [Test]
    public void Fit_WithAndWithoutCheckpoints_GivesTheSameBits()
        => Assert.That(TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile }), Is.EqualTo(TinyTraining.Weights(_options)));

    [Test]
    public void Fit_GoesOn_MeasuresTheSame()
    {
        var ml = new MLContext();
        var validation = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, 3)).Transform(TinyImages.View(ml, 30, seed: 3));
        List<TrainingEpoch> expected = [], found = [];
        var options = _options with { ValidationSet = validation, EpochCompleted = expected.Add };
        TinyTraining.Weights(options);
        Assert.Throws<TimeoutException>(
            () => TinyTraining.Weights(options with { CheckpointFile = CheckpointFile, EpochCompleted = epoch => Stop(epoch, 3, found) }));
        TinyTraining.Weights(options with { CheckpointFile = CheckpointFile, EpochCompleted = found.Add });
        Assert.That(found.Select(Numbers), Is.EqualTo(expected.Select(Numbers)));
        Assert.That(found.Select(epoch => epoch.Elapsed), Is.Ordered.Ascending, "the time goes on too");

        static void Stop(TrainingEpoch epoch, int last, List<TrainingEpoch> epochs)
        {
            if (epoch.Epoch == last)
                throw new TimeoutException();
            epochs.Add(epoch);
        }

        static (int, double, double, double?, double, double) Numbers(TrainingEpoch epoch)
            => (epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationAccuracy, epoch.MeanLogitNorm, epoch.LearningRate);
    }

    [Test]
    public void Fit_Finished_GivesTheModelWithoutTraining()
    {
        var options = _options with { CheckpointFile = CheckpointFile };
        var expected = TinyTraining.Weights(options);
        var written = File.ReadAllBytes(CheckpointFile);
        Assert.That(
            TinyTraining.Weights(options with { StepCompleted = _ => Assert.Fail("It trains."), EpochCompleted = _ => Assert.Fail("It trains.") }),
            Is.EqualTo(expected));
        Assert.That(File.ReadAllBytes(CheckpointFile), Is.EqualTo(written));
    }

    [Test]
    public void Fit_GoesOn_SaysSoInTheLog()
    {
        StopIn(3, _options);
        Assert.That(Log(), Has.One.Contain("Going on with epoch 3 of 4").And.One.Contain(CheckpointFile));
        Assert.That(Log(), Has.One.Contain("holds all 4 epochs"));

        List<string> Log()
        {
            var (ml, messages) = (new MLContext(), new List<string>());
            ml.Log += (_, e) => messages.Add(e.Message);
            TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile }, ml);
            return messages;
        }
    }

    [Test]
    public void Fit_WithoutASeed_TakesTheFiles()
    {
        var options = _options with { Seed = null, Epochs = 2, CheckpointFile = CheckpointFile };
        var weights = TinyTraining.Weights(options, new MLContext());
        var seed = TrainingCheckpointFile.ReadHeader(CheckpointFile).Training.Seed;
        Assert.That(TinyTraining.Weights(options, new MLContext()), Is.EqualTo(weights));
        Assert.That(TinyTraining.Weights(options with { Seed = seed, CheckpointFile = null }), Is.EqualTo(weights));
        Assert.That(
            () => TinyTraining.Weights(options, new MLContext(seed: 9)), Throws.InvalidOperationException.With.Message.Contains($"Seed was {seed} and is 9"));
    }

    [Test]
    public void Fit_LeftoverOfAWriteThatWasKilled_IsHarmless()
    {
        StopIn(3, _options);
        File.WriteAllText(CheckpointFile + ".tmp", new string('x', 1 << 20));
        Assert.That(TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile }), Is.EqualTo(TinyTraining.Weights(_options)));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { CheckpointFile }));
    }

    [Test]
    public void CheckpointFile_OfTheTuner_IsNotWritten()
    {
        var ml = new MLContext(seed: 1);
        var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, 3));
        var options = new LogitNormTuner.Options
        {
            Trainer = _options with { Epochs = 1, CheckpointFile = CheckpointFile }, Taus = [0.1, 0.2], NoiseCount = 10,
        };
        var result = ml.MulticlassClassification.LogitNormTuner(options)
            .Tune(map.Transform(TinyImages.View(ml, TinyTraining.Rows)), map.Transform(TinyImages.View(ml, 20, seed: 4)));
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
        Assert.That(result.BestOptions.CheckpointFile, Is.EqualTo(CheckpointFile), "the training that follows may use it");
    }

    // A training that ends while it reports an epoch has not finished it.
    private void StopIn(int epoch, LogitNormTrainer.Options options)
        => Assert.Throws<TimeoutException>(() => TinyTraining.Weights(options with
        {
            CheckpointFile = CheckpointFile,
            EpochCompleted = done =>
            {
                if (done.Epoch == epoch)
                    throw new TimeoutException();
            },
        }));
}
