using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Labelled images to train or to validate on, wherever they are kept.</summary>
internal interface IImageSource : IDisposable
{
    /// <summary>Images in all.</summary>
    long Count { get; }

    /// <summary>Images of each class.</summary>
    IReadOnlyList<long> ClassCounts(int classes);

    /// <summary>Mean and standard deviation of each channel.</summary>
    PixelNormalization MeasureNormalization();

    /// <summary>The SHA-256 of all pixels and labels, in order: what tells whether two sources are the same.</summary>
    string Hash();

    /// <summary>The source, with what it keeps of its images in the device's memory. It takes this one's place: only what is returned is to be disposed of.</summary>
    IImageSource To(Device device);

    /// <summary>One epoch: each image at most once, in random order, in full batches.</summary>
    /// <param name="batchSize">Images in a batch, B.</param>
    /// <param name="augmentation">How they are changed.</param>
    /// <param name="generator">Where all randomness comes from, on the CPU.</param>
    IImageBatches Shuffle(int batchSize, Augmentation augmentation, Generator generator);

    /// <summary>All images as they are, in order; the last batch may be smaller.</summary>
    IImageBatches InOrder(int batchSize);
}
