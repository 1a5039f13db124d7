using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>The size of a batch where nobody gives one: the paper's, or all rows where there are fewer.</summary>
public sealed class BatchSizeTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestCase(12, 1)]
    [TestCase(130, 1)]
    [TestCase(300, 2)]
    public void SimpleOverload_AnyNumberOfRows_Trains(int rows, int expectedSteps)
    {
        var steps = new List<int>();
        var options = TinyImages.Options with { BatchSize = null, Epochs = 1, StepCompleted = step => steps.Add(step.Steps) };
        using (TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, rows)))
            Assert.That(steps, Is.EqualTo(Enumerable.Repeat(expectedSteps, expectedSteps)));

        var data = TinyImages.View(_ml, rows);
        using var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(featureColumnName: "Image", backbone: Backbone.WideResNet(10, 1, 0), epochs: 1)).Fit(data);
        Assert.That(model.Transform(data).GetColumn<uint>("PredictedLabel").Count(), Is.EqualTo(rows));
    }

    [TestCase(0L, 2)]
    [TestCase(1L, 2)]
    [TestCase(2L, 2)]
    [TestCase(127L, 127)]
    [TestCase(128L, 128)]
    [TestCase(1_000_000L, 128)]
    public void For_NoBatchSizeGiven_FitsTheRows(long rows, int expected)
        => Assert.That(new LogitNormTrainer.Options().For(rows).BatchSize, Is.EqualTo(expected));

    [Test]
    public void For_BatchSizeGiven_Keeps() => Assert.That(new LogitNormTrainer.Options { BatchSize = 64 }.For(10).BatchSize, Is.EqualTo(64));

    // What was trained is what counts for a checkpoint, not whether it was written down.
    [Test]
    public void CheckpointFile_BatchSizeWrittenDownLater_GoesOn()
    {
        using var folder = new TemporaryFolder();
        var options = TinyImages.Options with { BatchSize = null, Epochs = 1, CheckpointFile = folder["checkpoint"] };
        var weights = TinyTraining.Weights(options, rows: TinyImages.View(_ml, 48));
        Assert.That(TinyTraining.Weights(options with { BatchSize = 48 }, rows: TinyImages.View(_ml, 48)), Is.EqualTo(weights));
    }
}
