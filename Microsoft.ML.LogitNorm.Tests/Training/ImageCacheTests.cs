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
        Assert.That(() => TinyTraining.Weights(options with { EpochCompleted = epoch => _ = epoch.Epoch < 2 ? 0 : throw new TimeoutException() }), Throws.InstanceOf<TimeoutException>());
        Assert.That(TinyTraining.Weights(options), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_CheckpointOfMemory_IsRefusedNamingTheOption()
    {
        using var folder = new TemporaryFolder();
        var file = folder["training.checkpoint"];
        TinyTraining.Weights(TinyImages.Options with { CheckpointFile = file });
        Assert.That(() => TinyTraining.Weights(_streamed with { CheckpointFile = file }), Throws.InvalidOperationException.With.Message.Contains("ImageCache was not there and is \"Stream\""));
    }

    [Test]
    public void Fit_StreamedRowsThatCannotBeTrainedOn_SaysWhatMemorySays([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        var options = TinyImages.Options with { ImageCache = cache, BatchSize = 64 };
        Assert.That(() => TinyTraining.Weights(options, _ml, TinyImages.View(_ml, 48)), Throws.InvalidOperationException.With.Message.StartsWith("BatchSize is 64, but there are only 48 training rows."));
        var none = _ml.Data.FilterRowsByColumn(TinyImages.View(_ml, 96), nameof(TinyImages.Row.Order), lowerBound: 1000);
        var unlabelled = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 96)).Transform(none);
        Assert.That(() => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(unlabelled), Throws.InvalidOperationException.With.Message.StartsWith("The training data has no rows with a label in column 'Label'."));
    }

    [Test]
    public void ImageCache_Undefined_Throws()
        => Assert.That(() => new LogitNormTrainer.Options { ImageCache = (ImageCache)7 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ImageCache.Auto, Memory or Stream"));

    private IDataView Keyed(int count, int seed = 0)
    {
        var rows = TinyImages.View(_ml, count, seed);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
    }
}
