namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Balanced sampling in a training, and what does not go with it.</summary>
public sealed class SamplingTests
{
    private static readonly LogitNormTrainer.Options _balanced = TinyImages.Options with { Epochs = 1, Sampling = Sampling.Balanced };

    [Test]
    public void Fit_Balanced_IsReproducibleAndDecidesTheWeights()
    {
        var weights = TinyTraining.Weights(_balanced);
        Assert.That(TinyTraining.Weights(_balanced), Is.EqualTo(weights));
        Assert.That(TinyTraining.Weights(_balanced with { Sampling = Sampling.Natural }), Is.Not.EqualTo(weights));
    }

    [Test]
    public void Fit_BalancedWithWeights_IsRefused()
        => Assert.That(
            () => TinyTraining.Weights(_balanced with { ClassWeights = ClassWeights.Balanced() }),
            Throws.ArgumentException.With.Message.Contains("Sampling is Balanced, and ClassWeights is Balanced: what is rare would count twice"));

    [Test]
    public void Fit_BalancedWhileStreamed_IsRefused()
        => Assert.That(
            () => TinyTraining.Weights(_balanced with { ImageCache = ImageCache.Stream }),
            Throws.ArgumentException.With.Message.Contains("but ImageCache is Stream").And.Message.Contains("ImageCache.Memory, or use ClassWeights.Balanced()"));

    // As a tuner asks before its trials, for which it then decides: the error is not of an ImageCache that nobody has set.
    [Test]
    public void Streams_BalancedRowsThatMemoryDoesNotHold_SaysSo()
        => Assert.That(
            () => new LogitNormTrainer(new MLContext(), _balanced).Streams(
                new ImageInput("Image", new(3, 1024, 1024), PixelKind.Image, Interleaved: true), rows: 1L << 40),
            Throws.InvalidOperationException.With.Message.Contains("but the training rows take more memory than ImageCache.Auto allows"));
}
