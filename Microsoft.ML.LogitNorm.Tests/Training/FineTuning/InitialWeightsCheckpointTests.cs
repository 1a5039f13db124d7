namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>A training that goes on, and trials that are compared, begin with the same weights, or say that they do not.</summary>
[TestFixture]
public sealed class InitialWeightsCheckpointTests
{
    private readonly MLContext _ml = new();
    private TemporaryFolder _folder = null!;
    private LogitNormModel _earlier = null!, _other = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new();
        _earlier = UntrainedModel.Create(_ml, backbone: Backbone.WideResNet(10, 1));
        _other = UntrainedModel.Create(_ml, backbone: Backbone.WideResNet(10, 1), normalization: new([100, 100, 100], [64, 64, 64]));
    }

    [TearDown]
    public void DeleteFolder()
    {
        _folder.Dispose();
        _earlier.Dispose();
        _other.Dispose();
    }

    private LogitNormTrainer.Options Options => TinyImages.Options with
    {
        Backbone = _earlier.Backbone,
        InitialWeights = PretrainedWeights.FromModel(_earlier),
        FineTuning = new() { FrozenStages = ["stem", "block1"], StageLearningRates = [new("head", 2)] },
        Epochs = 3,
    };

    [Test]
    public void Fit_StoppedAndGoneOn_EndsWithTheSameBits()
    {
        var checkpointed = Options with { CheckpointFile = _folder["checkpoint"] };
        Assert.Throws<TimeoutException>(() => TinyTraining.Weights(
            checkpointed with { EpochCompleted = epoch => _ = epoch.Epoch == 2 ? throw new TimeoutException() : 0 }));
        Assert.That(TinyTraining.Weights(checkpointed), Is.EqualTo(TinyTraining.Weights(Options)));
    }

    private static IEnumerable<TestCaseData> Others()
    {
        yield return Case(
            (options, other) => options with { InitialWeights = other }, "InitialWeights was \"the model of SHA-256 ", "and is \"the model of SHA-256 ");
        yield return Case((options, _) => options with { InitialWeights = null, FineTuning = null }, "InitialWeights was \"the model of ", "and is not there");
        yield return Case(
            (options, _) => options with { FineTuning = options.FineTuning! with { FrozenStages = ["stem"] } },
            """FineTuning was {"FrozenStages":["stem","block1"],"StageLearningRates":[{"Stage":"head","Factor":2}],"FreezeBatchNorms":false} and is """);

        static TestCaseData Case(Func<LogitNormTrainer.Options, PretrainedWeights, LogitNormTrainer.Options> change, params string[] says)
            => new TestCaseData(change, says).SetArgDisplayNames(says[0]);
    }

    [TestCaseSource(nameof(Others))]
    public void Fit_OtherBeginning_IsRefusedByName(
        Func<LogitNormTrainer.Options, PretrainedWeights, LogitNormTrainer.Options> change, string[] says)
    {
        var options = Options with { CheckpointFile = _folder["checkpoint"], Epochs = 1 };
        TinyTraining.Weights(options);
        var error = Assert.Throws<InvalidOperationException>(() => TinyTraining.Weights(change(options, PretrainedWeights.FromModel(_other))))!;
        foreach (var text in says.Append("is of another training"))
            Assert.That(error.Message, Does.Contain(text));
    }

    [Test]
    public void Fit_FileWithOneOtherNumber_IsRefusedByName()
    {
        var weights = TinyWeights.Draw();
        SafetensorsByHand.Write(_folder["weights"], weights);
        var options = TinyWeights.From(_folder["weights"]) with { CheckpointFile = _folder["checkpoint"], Epochs = 1 };
        TinyTraining.Weights(options);
        Assert.That(() => TinyTraining.Weights(options), Throws.Nothing);
        weights["conv1.weight"].Values[0] += 1;
        SafetensorsByHand.Write(_folder["weights"], weights);
        Assert.That(
            () => TinyTraining.Weights(options), Throws.InvalidOperationException.With.Message.Contains("InitialWeights was \"the file of SHA-256 "));
    }

    [Test]
    public void Tune_OtherWeights_AreRefusedByName()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        var (training, validation) = (map.Transform(TinyImages.View(_ml, 48)), map.Transform(TinyImages.View(_ml, 30, seed: 4)));
        var options = new LogitNormTuner.Options
        {
            Trainer = Options with { Epochs = 1 }, Taus = [0.1], NoiseCount = 50, ResultsFile = _folder["results.json"],
        };
        var result = Tune(options);
        Assert.That(result.BestOptions.InitialWeights, Is.SameAs(options.Trainer.InitialWeights));
        Assert.That(() => Tune(options with { TrialCompleted = _ => Assert.Fail("It is done.") }), Throws.Nothing);
        Assert.That(
            () => Tune(options with { Trainer = options.Trainer with { InitialWeights = PretrainedWeights.FromModel(_other) } }),
            Throws.InvalidOperationException.With.Message.Contains("InitialWeights was \"the model of SHA-256 "));

        TuningResult Tune(LogitNormTuner.Options tuned) => _ml.MulticlassClassification.LogitNormTuner(tuned).Tune(training, validation);
    }
}
