namespace PaperBenchmark.Datasets;

/// <summary>Square colour images of one size in memory, with a class for each where the set has some.</summary>
/// <remarks>Decoded once and shared by all runs: CIFAR-10's 50,000 training images take 154 MB.</remarks>
internal sealed record ImageTable
{
    private const int Channels = 3;

    /// <param name="name">The set's name, as on the command line.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="pixels">[N, 3, size, size], one after the other: all red values of an image, then its green, then its blue ones.</param>
    /// <param name="classes">The classes' names; empty for images of none.</param>
    /// <param name="labels">The number of each image's class among <paramref name="classes"/>; empty if there are none.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public ImageTable(string name, int size, byte[] pixels, IReadOnlyList<string> classes, int[] labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (pixels.Length == 0 || pixels.Length % (Channels * size * size) != 0)
            throw new ArgumentException($"{name}: {pixels.Length:N0} bytes are no whole number of images of {size}×{size}.", nameof(pixels));
        (Name, Size, Pixels, Classes, Labels) = (name, size, pixels, classes, labels);
        if (labels.Length != (classes.Count == 0 ? 0 : Count))
            throw new ArgumentException($"{name}: {labels.Length:N0} labels for {Count:N0} images and {classes.Count} classes.", nameof(labels));
        if (Array.FindIndex(labels, label => label < 0 || label >= classes.Count) is >= 0 and var wrong)
            throw new ArgumentException($"{name}: image {wrong} (counted from 0) has class {labels[wrong]}, but there are {classes.Count}.", nameof(labels));
    }

    public string Name { get; }

    /// <summary>Width and height in pixels.</summary>
    public int Size { get; }

    /// <summary>[N, 3, <see cref="Size"/>, <see cref="Size"/>].</summary>
    public byte[] Pixels { get; }

    /// <summary>The classes' names; empty for images of none.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The number of each image's class; empty if there are none.</summary>
    public int[] Labels { get; }

    public int Count => Pixels.Length / BytesPerImage;

    public int BytesPerImage => Channels * Size * Size;

    /// <summary>An image's bytes, [3, size, size].</summary>
    public ReadOnlySpan<byte> Image(int row) => Pixels.AsSpan(row * BytesPerImage, BytesPerImage);

    /// <summary>Some of the images, in the order of <paramref name="rows"/>.</summary>
    public ImageTable Take(IReadOnlyList<int> rows)
    {
        var pixels = new byte[rows.Count * BytesPerImage];
        foreach (var (i, row) in rows.Index())
            Image(row).CopyTo(pixels.AsSpan(i * BytesPerImage));
        return new(Name, Size, pixels, Classes, Labels.Length == 0 ? [] : [.. rows.Select(row => Labels[row])]);
    }
}
