using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Whatever ends a training, native memory is as it was; and a running one does not pile tensors up.</summary>
[TestFixture]
public sealed class LogitNormTrainerLifetimeTests
{
    private readonly MLContext _ml = new(seed: 1);
    private static readonly LogitNormTrainer.Options _quick = TinyImages.Options with { Epochs = 2 };

    [Test]
    public void Fit_ScoreAndDispose_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        using var chain = TinyImages.Pipeline(_ml, _quick with { ValidationSet = Mapped(20) }).Fit(TinyImages.View(_ml, 48));
        Assert.That(chain.Transform(TinyImages.View(_ml, 10)).GetColumn<float[]>("Logits").Count(), Is.EqualTo(10));
    });

    [Test]
    public void Fit_Streamed_LeavesNoTensors() => AssertNothingLeft(() =>
        TinyImages.Pipeline(_ml, _quick with { ImageCache = ImageCache.Stream, ValidationSet = Mapped(20) }).Fit(TinyImages.View(_ml, 48)).Dispose());

    [Test]
    public void Fit_StreamedAndBrokenOff_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        var options = _quick with { ImageCache = ImageCache.Stream, StepCompleted = _ => throw new TimeoutException() };
        Assert.Throws<TimeoutException>(() => TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 48)));
    });

    [Test]
    public void Fit_Outliers_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        var options = _quick with { OutlierSet = TinyOutliers.View(_ml, 30), SyntheticOutliers = SyntheticOutliers.All };
        TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 48)).Dispose();
    });

    [Test]
    public void Fit_OutliersRefused_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        foreach (var cache in Enum.GetValues<ImageCache>())
            Assert.That(
                () => TinyImages.Pipeline(_ml, _quick with { ImageCache = cache, OutlierSet = TinyImages.View(_ml, 30) }).Fit(TinyImages.View(_ml, 48)),
                Throws.InstanceOf<InvalidOperationException>());
    }, networks: 0);

    [Test]
    public void Fit_MoreEpochsWithOutliers_HoldNoMoreTensors()
    {
        var counts = new List<long>();
        var options = _quick with
        {
            Epochs = 8, OutlierSet = TinyOutliers.View(_ml, 30), SyntheticOutliers = SyntheticOutliers.All, EpochCompleted = _ => counts.Add(Tensor.TotalCount),
        };
        GC.Collect();
        GC.WaitForPendingFinalizers();   // as in Growth
        TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 48)).Dispose();
        Assert.That(counts[1..], Is.All.EqualTo(counts[1]));
    }

    // By ML.NET itself, which is looked at ten times a second: the training goes on until then.
    [Test]
    public void Fit_ContextCancelled_Stops()
    {
        var ml = new MLContext(seed: 1);
        var options = _quick with { Epochs = 100_000, StepCompleted = step => { if (step is { Epoch: 1, Step: 1 }) ml.CancelExecution(); } };
        var error = InTime.Result(() => Assert.Catch<OperationCanceledException>(() => TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, 48))));
        Assert.That(error, Is.Not.Null);
    }

    [Test]
    public void Fit_Progress_ReachesMlNetsChannel()
    {
        var ml = new MLContext(seed: 1);
        var inTraining = new List<string>();
        // what is new, then how far it is
        var options = _quick with
        {
            StepCompleted = step => { if (step.Epoch == 2 && step.Step == 1) inTraining.AddRange([.. ProgressOf.All(ml), .. ProgressOf.All(ml)]); },
        };
        using var chain = TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, 48));
        Assert.That(inTraining, Has.Some.Match("^Training Start").And.Some.Match("^Training Progress Loss [0-9.]+, Accuracy [0-9.]+, 1 epochs"));
        Assert.That(inTraining, Has.Some.Match("^Training Progress .*1 of 2 epochs, 1 of 3 steps$"));
        Assert.That(ProgressOf.All(ml), Has.Some.Match("^Training Progress Loss .* 2 epochs").And.Some.Match("^Training Stop"));
    }

    [Test]
    public void Fit_StreamedAndCancelled_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        using var cancelled = new CancellationTokenSource();
        var options = _quick with { ImageCache = ImageCache.Stream, CancellationToken = cancelled.Token, StepCompleted = _ => cancelled.Cancel() };
        Assert.Catch<OperationCanceledException>(() => TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 48)));
    });

    [Test]
    public void Fit_MoreEpochs_HoldNoMoreTensors()
    {
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();   // as in Growth
        TinyImages.Pipeline(_ml, _quick with { Epochs = 8, ValidationSet = Mapped(20), EpochCompleted = _ => counts.Add(Tensor.TotalCount) })
            .Fit(TinyImages.View(_ml, 48))
            .Dispose();
        Assert.That(counts[1..], Is.All.EqualTo(counts[1]));
    }

    [Test]
    public void Fit_MoreEpochsWithCheckpointsAndModelsInUse_HoldNoMoreTensors()
    {
        using var folder = new TemporaryFolder();
        var (counts, rows) = (new List<long>(), TinyImages.View(_ml, 20, seed: 4));
        var options = _quick with { Epochs = 8, CheckpointFile = folder["checkpoint"], EpochCompleted = Use };
        TinyTraining.Weights(options with { Epochs = 1, CheckpointFile = null, EpochCompleted = null });   // what is made once per process is made now
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Throws<TimeoutException>(() => TinyTraining.Weights(options with { EpochCompleted = epoch => { Use(epoch); StopAt(5, epoch); } }));
        TinyTraining.Weights(options);
        Assert.That(counts, Has.Count.EqualTo(9));
        Assert.That(counts[1..5], Is.All.EqualTo(counts[1]));
        Assert.That(counts[6..], Is.All.EqualTo(counts[6]), "and so it is after going on");

        void Use(TrainingEpoch epoch)
        {
            Assert.That(epoch.Model.Transform(rows).GetColumn<float[]>("Logits").Count(), Is.EqualTo(20));
            counts.Add(Tensor.TotalCount);
        }
    }

    [Test]
    public void Fit_StopsAndGoesOn_LeavesNoTensors() => AssertNothingLeft(() =>
    {
        using var folder = new TemporaryFolder();
        var options = _quick with { CheckpointFile = folder["checkpoint"] };
        Assert.Throws<TimeoutException>(() => TinyTraining.Weights(options with { EpochCompleted = epoch => StopAt(2, epoch) }));
        TinyTraining.Weights(options);
        TinyTraining.Weights(options);   // nothing is left to train
        File.WriteAllText(options.CheckpointFile, "none");
        Assert.Throws<InvalidDataException>(() => TinyTraining.Weights(options));   // found out before there is a network
    }, networks: 3);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void CancellationToken_CancelledInAStep_StopsBeforeTheNextAndFreesAll(int step) => AssertNothingLeft(() =>
    {
        using var cancellation = new CancellationTokenSource();
        var steps = 0;
        var options = _quick with
        {
            CancellationToken = cancellation.Token,
            ValidationSet = Mapped(20),
            StepCompleted = _ =>
            {
                if (++steps == step)
                    cancellation.Cancel();
            },
        };
        Assert.That(() => TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 48)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps, Is.EqualTo(step));
    });

    [Test]
    public void CancellationToken_CancelledBefore_DoesNotTrain() => AssertNothingLeft(()
        => Assert.That(
            () => TinyImages.Pipeline(_ml, _quick with { CancellationToken = new(canceled: true), StepCompleted = _ => Assert.Fail("It trains.") })
                .Fit(TinyImages.View(_ml, 48)),
            Throws.InstanceOf<OperationCanceledException>()),
        networks: 0);

    [Test]
    public void Callback_Throws_ReachesTheCallerAndFreesAll() => AssertNothingLeft(() =>
    {
        Assert.That(
            () => TinyImages.Pipeline(_ml, _quick with { EpochCompleted = _ => throw new TimeoutException("mine") }).Fit(TinyImages.View(_ml, 48)),
            Throws.TypeOf<TimeoutException>().With.Message.EqualTo("mine"));
        Assert.That(
            () => TinyImages.Pipeline(_ml, _quick with { StepCompleted = _ => throw new TimeoutException("mine too") }).Fit(TinyImages.View(_ml, 48)),
            Throws.TypeOf<TimeoutException>().With.Message.EqualTo("mine too"));
    }, networks: 2);

    [Test]
    public void Fit_Fails_FreesAll() => AssertNothingLeft(() =>
    {
        Assert.Throws<InvalidOperationException>(() => TinyImages.Pipeline(_ml, _quick with { BatchSize = 64 }).Fit(TinyImages.View(_ml, 48)));
        Assert.Throws<TrainingDivergedException>(
            () => TinyImages.Pipeline(_ml, _quick with { LearningRate = 1e30, Loss = TrainingLoss.CrossEntropy() }).Fit(TinyImages.View(_ml, 48)));
        Assert.Throws<InvalidOperationException>(() => TinyImages.Pipeline(_ml, _quick with { ValidationSet = Mapped(0) }).Fit(TinyImages.View(_ml, 48)));
    }, networks: 1);   // only the one in the middle came so far

    [Test]
    public void Fit_InsideAUsersScope_SurvivesIt()
    {
        LogitNormModel model;
        using (NewDisposeScope())
            model = TinyImages.Pipeline(_ml, _quick).Fit(TinyImages.View(_ml, 48)).LastTransformer;
        Assert.That(model.Transform(TinyImages.View(_ml, 2)).GetColumn<float[]>("Logits").Count(), Is.EqualTo(2));
        model.Dispose();
    }

    [Test]
    public void Fit_LeavesNoGradients()
    {
        // Gradients would double the model's memory, and scores that differentiate by the image would write into them from several threads.
        using var chain = TinyImages.Pipeline(_ml, _quick).Fit(TinyImages.View(_ml, 48));
        var parameters = NetworkOf.View(chain.Transform(TinyImages.View(_ml, 1))).Classifier.parameters().ToArray();
        Assert.That(parameters.Select(parameter => parameter.requires_grad), Is.All.False);
        Assert.That(parameters.Select(parameter => parameter.grad is null), Is.All.True);
    }

    private static void StopAt(int last, TrainingEpoch epoch)
    {
        if (epoch.Epoch == last)
            throw new TimeoutException();
    }

    private IDataView Mapped(int count)
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        return map.Transform(TinyImages.View(_ml, count, seed: 3));
    }

    private static void AssertNothingLeft(Action train, int networks = 1)
    {
        train();   // what is made once per process is made now
        // TorchSharp counts a parameter twice when it is made and once when it goes, so each network leaves a known surplus.
        var surplus = Growth(() => _quick.Backbone.Draw(3, 3).Dispose());
        Assert.That(Growth(train), Is.EqualTo(networks * surplus));
    }

    private static long Growth(Action act)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();   // tensors that other tests left may go meanwhile: they must not hide what is left here
        var before = Tensor.TotalCount;
        act();
        return Tensor.TotalCount - before;
    }
}
