using System.Collections.Concurrent;
using Shared.Images;

namespace LogitNormTool.Features;

/// <summary>What image files hold, by the hash of each, which is computed once: to find their features, and files that are equal under several names.</summary>
internal sealed class ImageContents
{
    private readonly ConcurrentDictionary<string, UInt128> _hashes = [];

    /// <summary>The hash of an image's file.</summary>
    public UInt128 Of(LabeledImage image) => _hashes.GetOrAdd(image.Path, FeatureCache.Key);

    /// <summary>The hashes of images, in their order, those that are not known yet on all cores.</summary>
    public IReadOnlyList<UInt128> OfAll(IReadOnlyList<LabeledImage> images, CancellationToken cancellation)
    {
        var hashes = new UInt128[images.Count];
        Parallel.For(0, images.Count, new() { CancellationToken = cancellation }, i => hashes[i] = Of(images[i]));
        return hashes;
    }

    /// <summary>The images without those whose content is among others.</summary>
    public IReadOnlyList<LabeledImage> Without(IReadOnlyList<LabeledImage> images, IEnumerable<LabeledImage> others)
    {
        var known = others.Select(Of).ToHashSet();
        return [.. images.Where(image => !known.Contains(Of(image)))];
    }

    /// <summary>One image of each content.</summary>
    public IReadOnlyList<LabeledImage> Distinct(IEnumerable<LabeledImage> images) => [.. images.DistinctBy(Of)];

    /// <summary>All images of the same content as some.</summary>
    public IReadOnlyList<LabeledImage> AllOf(IEnumerable<LabeledImage> some, IEnumerable<LabeledImage> images)
    {
        var hashes = some.Select(Of).ToHashSet();
        return [.. images.Where(image => hashes.Contains(Of(image)))];
    }
}
