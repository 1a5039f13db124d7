using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Training on images that are streamed instead of kept.</summary>
[TestFixture]
public sealed class ImageCacheTests
{
    private static readonly LogitNormTrainer.Options _streamed = TinyImages.Options with { ImageCache = ImageCache.Stream };

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Fit_Streamed_LearnsAndIsReproducible()
    {
        var accuracy = 0.0;
        var options = _streamed with { Epochs = 6, ValidationSet = Keyed(60, seed: 2), EpochCompleted = epoch => accuracy = epoch.ValidationAccuracy!.Value };
        var weights = TinyTraining.Weights(options);
        Assert.That(accuracy, Is.GreaterThan(0.9));
        Assert.That(TinyTraining.Weights(options), Is.EqualTo(weights));
    }

    [Test]
    public void Fit_AutoOnSmallData_IsMemory()
        => Assert.That(TinyTraining.Weights(TinyImages.Options), Is.EqualTo(TinyTraining.Weights(TinyImages.Options with { ImageCache = ImageCache.Memory })));

    [Test]
    public void Fit_StreamedAndStopped_GoesOnToTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var expected = TinyTraining.Weights(_streamed);
        var options = _streamed with { CheckpointFile = folder["training.checkpoint"] };
        Assert.That(() => TinyTraining.Weights(options with { EpochCompleted = epoch => throw new TimeoutException() }), Throws.InstanceOf<TimeoutException>());
        Assert.That(
            () => TinyTraining.Weights(options with { EpochCompleted = epoch => _ = epoch.Epoch < 2 ? 0 : throw new TimeoutException() }),
            Throws.InstanceOf<TimeoutException>());
        Assert.That(TinyTraining.Weights(options), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_CheckpointOfMemory_IsRefusedNamingTheOption()
    {
        using var folder = new TemporaryFolder();
        var file = folder["training.checkpoint"];
        TinyTraining.Weights(TinyImages.Options with { CheckpointFile = file });
        Assert.That(
            () => TinyTraining.Weights(_streamed with { CheckpointFile = file }),
            Throws.InvalidOperationException.With.Message.Contains("ImageCache was not there and is \"Stream\""));
    }

    [Test]
    public void Fit_StreamedRowsThatCannotBeTrainedOn_SaysWhatMemorySays([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        var options = TinyImages.Options with { ImageCache = cache, BatchSize = 64 };
        Assert.That(
            () => TinyTraining.Weights(options, _ml, TinyImages.View(_ml, 48)),
            Throws.InvalidOperationException.With.Message.StartsWith("BatchSize is 64, but there are only 48 training rows."));
        var none = _ml.Data.FilterRowsByColumn(TinyImages.View(_ml, 96), nameof(TinyImages.Row.Order), lowerBound: 1000);
        var unlabelled = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 96)).Transform(none);
        Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(unlabelled),
            Throws.InvalidOperationException.With.Message.StartsWith("The training data has no rows. "));
    }

    [Test]
    public void Fit_CheckpointOfAStream_IsRefusedByMemory()
    {
        using var folder = new TemporaryFolder();
        var file = folder["training.checkpoint"];
        TinyTraining.Weights(_streamed with { CheckpointFile = file });
        Assert.That(
            () => TinyTraining.Weights(TinyImages.Options with { CheckpointFile = file }),
            Throws.InvalidOperationException.With.Message.Contains("ImageCache was \"Stream\" and is not there"));
    }

    [Test]
    public void Fit_ClassWithoutRows_NamesItHoweverImagesAreKept([Values] ImageCache cache)
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        var rows = map.Transform(_ml.Data.LoadFromEnumerable(TinyImages.Rows(60).Where(row => row.Label != "green")));
        AssertRefused(rows, TinyImages.Options with { ImageCache = cache }, "No training rows for 1 of the 3 classes of column 'Label': green.");
    }

    [Test]
    public void Fit_UnreadableRow_NamesItHoweverImagesAreKept([Values] ImageCache cache)
    {
        var rows = Enumerable.Range(0, 64).Select(i => new FloatRow { Label = (uint)(i % 2), Image = new float[i == 37 ? 63 : 64] });
        AssertRefused(
            _ml.Data.LoadFromEnumerable(rows), TinyImages.Options with { ImageCache = cache, ImageShape = new(1, 8, 8) },
            "Reading row 37 (counted from 0 in the source) for training failed: Column 'Image' has a row with a vector of 63 values");
    }

    [Test]
    public void Fit_PixelThatIsNoNumber_NamesTheRowHoweverImagesAreKept([Values] ImageCache cache)
    {
        var rows = Enumerable.Range(0, 64).Select(i => new FloatRow { Label = (uint)(i % 2), Image = [.. Enumerable.Repeat(i == 37 ? float.NaN : i, 64)] });
        AssertRefused(
            _ml.Data.LoadFromEnumerable(rows), TinyImages.Options with { ImageCache = cache, ImageShape = new(1, 8, 8) },
            "Column 'Image' has a pixel that is NaN or infinite in labelled row 37 (counted from 0)");
    }

    [Test]
    public void Fit_RowThatCannotBeReadInALaterEpoch_NamesIt()
    {
        var broken = false;
        var rows = Enumerable.Range(0, 64).Select(i => new FloatRow { Label = (uint)(i % 2), Image = new float[i == 37 && broken ? 63 : 64] });
        var epochs = 0;
        var options = _streamed with
        {
            ImageShape = new(1, 8, 8),
            EpochCompleted = _ => (broken, epochs) = (true, epochs + 1),
        };
        AssertRefused(_ml.Data.LoadFromEnumerable(rows), options, "Reading row 37 (counted from 0 in the source) for training failed: ");
        Assert.That(epochs, Is.EqualTo(1));
    }

    [Test]
    public void Tune_Streamed_ChoosesAndSaysSoInItsFile()
    {
        using var folder = new TemporaryFolder();
        var file = folder["trials.json"];
        var options = new LogitNormTuner.Options { Trainer = _streamed with { Epochs = 1 }, Taus = [0.1, 0.2], NoiseCount = 10, ResultsFile = file };
        var result = _ml.MulticlassClassification.LogitNormTuner(options).Tune(Keyed(48), Keyed(30, seed: 4));
        Assert.That(result.BestOptions.ImageCache, Is.EqualTo(ImageCache.Stream));
        Assert.That(
            () => _ml.MulticlassClassification.LogitNormTuner(options with { Trainer = TinyImages.Options with { Epochs = 1 } })
                .Tune(Keyed(48), Keyed(30, seed: 4)),
            Throws.InvalidOperationException.With.Message.Contains("ImageCache was \"Stream\""));
    }

    [Test]
    public void ImageCache_Undefined_Throws()
        => Assert.That(
            () => new LogitNormTrainer.Options { ImageCache = (ImageCache)7 },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ImageCache.Auto, Memory or Stream"));

    private void AssertRefused(IDataView rows, LogitNormTrainer.Options options, string message)
        => Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(rows),
            Throws.InstanceOf<InvalidOperationException>().With.Message.StartsWith(message));

    private IDataView Keyed(int count, int seed = 0)
    {
        var rows = TinyImages.View(_ml, count, seed);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
    }

    private sealed class FloatRow
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType]
        public float[] Image { get; set; } = [];
    }
}
