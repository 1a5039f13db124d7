namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Trainings that keep their best epoch, also over a stop.</summary>
public sealed class EarlyStoppingTests
{
    private static readonly LogitNormTrainer.Options _options
        = TinyImages.Options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.3), Loss = TrainingLoss.LogitNorm(0.1, warmup: 0), Epochs = 6, BatchSize = 8 };

    private readonly MLContext _ml = new(seed: 1);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    private string CheckpointFile => _folder["training.checkpoint"];

    // Validation rows with the labels of others: what the network learns of the training rows makes it worse on them, so an early epoch is planted as the best.
    private IDataView Mislabelled(int seed = 2)
    {
        var rows = TinyImages.Rows(30, seed);
        foreach (var row in rows)
            row.Label = TinyImages.Classes[(row.Id + 1) % 3];
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3)).Transform(_ml.Data.LoadFromEnumerable(rows));
    }

    private LogitNormTrainer.Options Planted(int? patience = 2) => _options with { EarlyStopping = new(patience), ValidationSet = Mislabelled() };

    [TestCase(2)]
    [TestCase(null)]
    public void Fit_BestIsPlanted_GivesItsWeights(int? patience)
    {
        var (epochs, weights) = (new List<TrainingEpoch>(), new List<byte[]>());
        var kept = TinyTraining.Weights(Planted(patience) with
        {
            EpochCompleted = epoch =>
            {
                epochs.Add(epoch);
                weights.Add(TinyTraining.Weights(epoch.Model));
            },
        });
        var best = epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch;
        Assert.That(best, Is.LessThan(4), "planted early");
        Assert.That(epochs, Has.Count.EqualTo(patience is { } wait ? best + wait : 6));
        Assert.That(epochs[^1].BestEpoch, Is.EqualTo(best));
        Assert.That(kept, Is.EqualTo(weights[best - 1]));
        Assert.That(kept, Is.Not.EqualTo(weights[^1]));
        Assert.That(epochs[^1].ToString(), Does.Contain(FormattableString.Invariant($" (best: epoch {best}), mean logit norm")));
    }

    [TestCase(2)]
    [TestCase(null)]
    public void Fit_StoppedInEachEpoch_EndsWithTheSameBitsAndTheSameEpoch(int? patience)
    {
        var (expected, found) = (new List<int?>(), new List<int?>());
        var options = Planted(patience);
        var weights = TinyTraining.Weights(options with { EpochCompleted = epoch => expected.Add(epoch.BestEpoch) });
        for (var last = 2; last <= expected.Count; last++)
            Assert.Throws<TimeoutException>(() => TinyTraining.Weights(options with
            {
                CheckpointFile = CheckpointFile,
                EpochCompleted = epoch =>
                {
                    if (epoch.Epoch == last)
                        throw new TimeoutException();
                    found.Add(epoch.BestEpoch);
                },
            }));
        Assert.That(
            TinyTraining.Weights(options with { CheckpointFile = CheckpointFile, EpochCompleted = epoch => found.Add(epoch.BestEpoch) }), Is.EqualTo(weights));
        Assert.That(found, Is.EqualTo(expected));
        Assert.That(TrainingCheckpointFile.ReadHeader(CheckpointFile).Best!.Epoch, Is.EqualTo(expected[^1]));
    }

    [Test]
    public void Fit_FileOfAStoppedTraining_GivesTheModelWithoutTraining()
    {
        var options = Planted() with { CheckpointFile = CheckpointFile };
        var weights = TinyTraining.Weights(options);
        var (ml, messages) = (new MLContext(seed: 1), new List<string>());
        ml.Log += (_, e) => messages.Add(e.Message);
        Assert.That(TinyTraining.Weights(options with { StepCompleted = _ => Assert.Fail("It trains.") }, ml), Is.EqualTo(weights));
        Assert.That(messages, Has.One.Contain("Nothing is left to train").And.One.Contain("The model is that of epoch "));
    }

    [Test]
    public void Fit_OtherStoppingOrOtherValidationRows_IsAnotherTraining()
    {
        var options = Planted() with { Epochs = 1, CheckpointFile = CheckpointFile };
        TinyTraining.Weights(options);
        Assert.That(
            () => TinyTraining.Weights(options with { EarlyStopping = new(3, EarlyStoppingMetric.Accuracy, 0.5) }),
            Throws.InvalidOperationException.With.Message.Contains(
                """EarlyStopping was {"Patience":2,"Metric":"Loss","MinDelta":0} and is {"Patience":3,"Metric":"Accuracy","MinDelta":0.5}"""));
        Assert.That(
            () => TinyTraining.Weights(options with { ValidationSet = Mislabelled(seed: 3) }),
            Throws.InvalidOperationException.With.Message.Contains("ValidationSet was \"30 rows, "));
    }

    [TestCase(0, 0.5)]
    [TestCase(3, 0.5)]
    [TestCase(1, double.NaN)]
    public void Header_BestThatCannotBe_IsRefused(int epoch, double value)
    {
        var settings = new Dictionary<string, System.Text.Json.JsonElement>();
        TrainingSettings.Add(settings, nameof(LogitNormTrainer.Options.Epochs), 5);
        var header = new TrainingCheckpointFile.Header(2, TimeSpan.Zero, new(1, "", settings), new(epoch, value));
        Assert.That(header.Check, Throws.TypeOf<InvalidDataException>().With.Message.Contains($"the best of 2 epochs cannot be epoch {epoch}"));
        Assert.That((header with { Best = new(2, 0.5) }).Check, Throws.Nothing);
    }

    [Test]
    public void Fit_WithoutValidationRows_SaysWhatToGive()
        => Assert.That(
            () => TinyTraining.Weights(_options with { EarlyStopping = new() }),
            Throws.ArgumentException.With.Message.Contains("EarlyStopping compares epochs on rows that are not trained on")
                .And.Message.Contains("Give ValidationSet, or ValidationFraction = 0.1"));

    [Test]
    public void Fit_NeverBetter_StopsByPatienceAlone([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        var epochs = 0;
        TinyTraining.Weights(_options with
        {
            ImageCache = cache, ValidationFraction = 0.2, EarlyStopping = new(1, minDelta: 1000), EpochCompleted = _ => epochs++,
        });
        Assert.That(epochs, Is.EqualTo(2), "none is better than the first by so much");
    }

    [TestCase(0.5, 0.1, 4)]
    [TestCase(0.4, 0.1, 4, Description = "a part of an epoch is one")]
    [TestCase(0.5, 1, 2, Description = "nothing to come down to")]
    [TestCase(1, 0.1, 6)]
    public void Fit_TauWarmup_IsWaitedFor(double warmup, double tau, int expected)
    {
        var epochs = 0;
        TinyTraining.Weights(_options with
        {
            Loss = TrainingLoss.LogitNorm(tau, warmup),
            ValidationFraction = 0.2,
            EarlyStopping = new(1, minDelta: 1000),
            EpochCompleted = _ => epochs++,
        });
        Assert.That(epochs, Is.EqualTo(expected));
    }
}
