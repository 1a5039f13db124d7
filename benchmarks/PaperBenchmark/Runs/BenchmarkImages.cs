using PaperBenchmark.Datasets;

namespace PaperBenchmark.Runs;

/// <summary>All images of a benchmark, in memory.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images of the same classes, kept apart.</param>
/// <param name="Ood">Sets of images of none of the classes.</param>
/// <param name="Missing">The sets that are not there, and what to do about it.</param>
internal sealed record BenchmarkImages(ImageTable Train, ImageTable Test, IReadOnlyList<ImageTable> Ood, IReadOnlyDictionary<string, string> Missing)
{
    /// <summary>How many test images are looked at after each epoch, and how many of all out-of-distribution ones together.</summary>
    private const int WatchedCount = 2_000;

    /// <summary>Images of none of the classes to train against; null for none.</summary>
    public ImageTable? Outliers { get; init; }

    /// <summary>The test images that training looks at after each epoch.</summary>
    public ImageTable WatchedTest { get; } = Spread(Test, WatchedCount);

    /// <summary>The out-of-distribution images that training looks at after each epoch: as many of each set.</summary>
    public IReadOnlyList<ImageTable> WatchedOod { get; } = [.. Ood.Select(set => Spread(set, WatchedCount / Ood.Count))];

    private static ImageTable Spread(ImageTable images, int most)
        => images.Count <= most ? images : images.Take([.. Enumerable.Range(0, most).Select(i => (int)((long)i * images.Count / most))]);
}
