using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Labelled rows to train or to validate on, wherever they are kept.</summary>
internal interface IExampleSource : IDisposable
{
    /// <summary>Labelled rows in all.</summary>
    long Count { get; }

    /// <summary>What the first pass over them has found.</summary>
    ExampleSummary Summary { get; }

    /// <summary>
    /// The source, with what it keeps of its rows in the device's memory. It takes this one's place: only what is returned is to be disposed of.
    /// </summary>
    IExampleSource To(Device device);

    /// <summary>One epoch: each row at most once, in random order, in full batches.</summary>
    /// <param name="batchSize">Rows in a batch, B.</param>
    /// <param name="augmentation">How they are changed.</param>
    /// <param name="context">Where all randomness comes from, and what an augmentation keeps.</param>
    IExampleBatches Shuffle(int batchSize, Augmentation augmentation, AugmentationContext context);

    /// <summary>All rows as they are, in order; the last batch may be smaller.</summary>
    IExampleBatches InOrder(int batchSize);
}
