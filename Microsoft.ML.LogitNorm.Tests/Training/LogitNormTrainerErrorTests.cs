using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>What cannot be trained on is refused before training starts, in words that help.</summary>
[TestFixture]
public sealed class LogitNormTrainerErrorTests
{
    private readonly MLContext _ml = new(seed: 1);

    // A training that starts after all fails the test.
    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { StepCompleted = _ => Assert.Fail("It trains.") };

    [Test]
    public void Fit_LabelIsText_AsksForMapValueToKey()
        => AssertSchemaError(
            TinyImages.View(_ml, 32),
            _options,
            "label column 'Label': expected Key<UInt32>, got ",
            "Put ml.Transforms.Conversion.MapValueToKey before the trainer.");

    [Test]
    public void Fit_LabelMissing_ListsTheColumns()
        => AssertSchemaError(Mapped(32), _options with { LabelColumnName = "Class" }, "label column 'Class'", "'Id', 'Order', 'Label'", "LabelColumnName");

    [Test]
    public void Fit_FeatureMissing_ListsTheColumns()
        => AssertSchemaError(Mapped(32), _options with { FeatureColumnName = "Features" }, "feature column 'Features'", "'Image'", "FeatureColumnName");

    [Test]
    public void Fit_FeatureIsAPath_AsksForLoadImages()
        => AssertSchemaError(
            Mapped(32),
            _options with { FeatureColumnName = "Name" },
            "feature column 'Name': expected MLImage",
            "got String",
            "put LoadImages and ResizeImages before the trainer");

    [Test]
    public void Fit_FeatureIsANumber_AsksForImages()
        => AssertSchemaError(
            Mapped(32), _options with { FeatureColumnName = "Order" }, "got Single", "Put LoadImages and ResizeImages, or ExtractPixels, before the trainer.");

    [Test]
    public void Fit_OneClass_SaysHowManyAreNeeded()
        => AssertRefused(Mapped(32, row => row.Label = "red"), _options, "'Label' has 1 class; a classifier needs at least 2");

    [Test]
    public void Fit_ClassWithoutRows_NamesIt()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        AssertRefused(
            map.Transform(_ml.Data.LoadFromEnumerable(TinyImages.Rows(60).Where(row => row.Label != "green"))),
            _options, "No training rows for 1 of the 3 classes of column 'Label': green.", "Add rows, or map the labels anew");
    }

    [Test]
    public void Fit_NoRows_SaysSo()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        AssertRefused(map.Transform(TinyImages.View(_ml, 0)), _options, "The training data has no rows.");
        AssertRefused(
            map.Transform(_ml.Data.LoadFromEnumerable(TinyImages.Rows(3).Select(row => new TinyImages.Row { Label = "violet", Image = row.Image }))),
            _options,
            "The training data has no row with a label in column 'Label': the label of all 3 rows is missing.",
            "MapValueToKey");
    }

    [Test]
    public void Fit_PipelineOnNoRowsAtAll_SaysSo()
        => Assert.That(
            () => TinyImages.Pipeline(_ml, _options).Fit(TinyImages.View(_ml, 0)),
            Throws.InvalidOperationException.With.Message.StartsWith("The training data has no rows."));

    [TestCase(1, "the label of its only row is missing")]
    [TestCase(1200, "the label of all 1,200 rows is missing")]
    public void Fit_PipelineOnRowsWithoutALabel_SaysSo(int rows, string says)
        => AssertRefused(
            Mapped(rows, row => row.Label = ""), _options, $"The training data has no row with a label in column 'Label': {says}.", "MapValueToKey");

    [Test]
    public void Fit_BatchLargerThanTheData_NamesBoth()
        => AssertRefused(Mapped(32), _options with { BatchSize = 33 }, "BatchSize is 33, but there are only 32 training rows. Make it at most that.");

    [Test]
    public void Fit_ImageTooSmallForTheBackbone_NamesBoth()
    {
        var rows = Enumerable.Range(0, 32).Select(i => new SmallRow { Label = (uint)(i % 2), Image = new byte[9] });
        AssertRefused(
            _ml.Data.LoadFromEnumerable(rows),
            _options,
            "Images of 1×3×3 in column 'Image' are too small for WideResNet(10, 1, 0), which needs at least 4×4 pixels");
    }

    [Test]
    public void Fit_NormalizationOfOtherChannels_NamesBoth()
        => AssertRefused(
            Mapped(32), _options with { Normalization = new([1], [1]) }, "Normalization is of 1 channels or features; column 'Image' holds images of 3×8×8");

    [Test]
    public void Fit_PixelThatIsNoNumber_NamesTheRow()
    {
        var rows = Enumerable.Range(0, 32).Select(i => new FloatRow { Label = (uint)(i % 2), Image = [.. Enumerable.Repeat(i == 13 ? float.NaN : i, 64)] });
        AssertRefused(_ml.Data.LoadFromEnumerable(rows), _options, "Column 'Image' has a pixel that is NaN or infinite in labelled row 13 (counted from 0)");
    }

    [Test]
    public void Fit_ValidationSetWithoutLabels_SaysSo()
        => AssertRefused(Mapped(32), _options with { ValidationSet = Mapped(3, row => row.Label = "") }, "ValidationSet");

    [Test]
    public void Fit_ValidationSetMappedByItself_NamesTheClassesThatDiffer()
    {
        // Its own MapValueToKey gave the same number of classes in another order: accuracy would be nonsense.
        var validation = Mapped(30, row => row.Label = TinyImages.Classes[2 - (row.Id % 3)]);
        AssertRefused(
            Mapped(32),
            _options with { ValidationSet = validation },
            "ValidationSet",
            "expected 3 classes (red, green, blue), found 3 classes (blue, green, red)",
            "by the same fitted pipeline");
    }

    [Test]
    public void Fit_ValidationSetWithFewerClasses_SaysSo()
        => AssertRefused(
            Mapped(32),
            _options with { ValidationSet = Mapped(30, row => row.Label = TinyImages.Classes[row.Id % 2]) },
            "ValidationSet",
            "expected 3 classes (red, green, blue), found 2 classes (red, green)");

    [Test]
    public void Fit_ValidationSetOfAnotherSize_SaysSo()
    {
        var rows = Enumerable.Range(0, 3).Select(i => new SmallRow { Label = (uint)i, Image = new byte[9] });
        AssertRefused(
            Mapped(32),
            _options with { ValidationSet = _ml.Data.LoadFromEnumerable(rows) },
            "ValidationSet",
            "expected VectorOfByte 3×8×8, found VectorOfByte 1×3×3");
    }

    [Test]
    public void Fit_ValidationSetWithoutTheColumn_SaysThatItIsTheValidationSet()
        => AssertRefused(
            Mapped(32),
            _options with { ValidationSet = _ml.Transforms.DropColumns("Image").Fit(Mapped(3)).Transform(Mapped(3)) },
            "ValidationSet",
            "feature column 'Image'",
            "'Name'");

    [Test]
    public void Fit_ValidationSetThatCannotBeUsed_IsRefusedBeforeImagesAreDecoded()
    {
        var unread = _ml.Data.LoadFromEnumerable(TinyImages.Rows(32).Select(row => row.Id < 5 ? row : throw new AssertionException("A row is read.")));
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        AssertRefused(map.Transform(unread), _options with { ValidationSet = TinyImages.View(_ml, 3) }, "ValidationSet", "MapValueToKey");
    }

    [Test]
    public void Fit_RateFarTooHigh_NamesEpochStepAndRemedy()
    {
        var options = TinyImages.Options with
        {
            Loss = TrainingLoss.CrossEntropy(), LearningRate = 1e30, LearningRateSchedule = LearningRateSchedule.Milestones(),
            EpochCompleted = _ => Assert.Fail("It goes on."),
        };
        var error = Assert.Throws<TrainingDivergedException>(() => Trainer(options).Fit(Mapped(80)))!;
        Assert.That(
            error.Message,
            Does.Match(
                @"^The loss became (NaN|∞|Infinity) in epoch 1, step [2-5], with CrossEntropy\(\) and learning rate 1E\+30\. "
                + "Training stopped: lower LearningRate"));
        Assert.That(error.Message, Does.Not.Contain("tau"));
    }

    [Test]
    public void Constructor_NoOptions_IsRefused()
        => Assert.That(() => _ml.MulticlassClassification.Trainers.LogitNorm((LogitNormTrainer.Options)null!), Throws.ArgumentNullException);

    private LogitNormTrainer Trainer(LogitNormTrainer.Options options) => _ml.MulticlassClassification.Trainers.LogitNorm(options);

    private IDataView Mapped(int count, Action<TinyImages.Row>? change = null)
    {
        var rows = TinyImages.Rows(count);
        rows.ForEach(row => change?.Invoke(row));
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private void AssertSchemaError(IDataView data, LogitNormTrainer.Options options, params string[] parts)
    {
        var trainer = Trainer(options);
        foreach (Action act in (Action[])[() => trainer.GetOutputSchema(Shapes.Of(data.Schema)), () => trainer.Fit(data)])
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(act)!;
            Assert.That(error.Message, Does.StartWith("Schema mismatch for ").Or.StartWith("Could not find"));
            foreach (var part in parts)
                Assert.That(error.Message, Does.Contain(part));
        }
    }

    private void AssertRefused(IDataView data, LogitNormTrainer.Options options, params string[] parts)
    {
        var error = Assert.Catch<InvalidOperationException>(() => Trainer(options).Fit(data))!;
        foreach (var part in parts)
            Assert.That(error.Message, Does.Contain(part));
    }

    private sealed class SmallRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(1, 3, 3)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class FloatRow
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(8, 8)]
        public float[] Image { get; set; } = [];
    }
}
