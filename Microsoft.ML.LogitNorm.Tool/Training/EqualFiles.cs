using LogitNormTool.Features;
using Shared.Images;

namespace LogitNormTool.Training;

/// <summary>Files with the same content under several names: one that is trained on must not be tested or calibrated on.</summary>
internal sealed class EqualFiles
{
    private readonly Dictionary<LabeledImage, UInt128> _hashes;

    public EqualFiles(IEnumerable<LabeledImage> images, CancellationToken cancellation)
        => _hashes = images.Distinct().AsParallel().AsOrdered().WithCancellation(cancellation)
            .Select(image => (image, FeatureCache.Key(image.Path))).ToDictionary(pair => pair.image, pair => pair.Item2);

    /// <summary>The images without those whose content is among others.</summary>
    public IReadOnlyList<LabeledImage> Without(IReadOnlyList<LabeledImage> images, IEnumerable<LabeledImage> others)
    {
        var known = others.Select(image => _hashes[image]).ToHashSet();
        return [.. images.Where(image => !known.Contains(_hashes[image]))];
    }

    /// <summary>One image of each content.</summary>
    public IReadOnlyList<LabeledImage> Distinct(IEnumerable<LabeledImage> images) => [.. images.DistinctBy(image => _hashes[image])];

    /// <summary>All images of the same content as some.</summary>
    public IReadOnlyList<LabeledImage> AllOf(IEnumerable<LabeledImage> some, IEnumerable<LabeledImage> images)
    {
        var hashes = some.Select(image => _hashes[image]).ToHashSet();
        return [.. images.Where(image => hashes.Contains(_hashes[image]))];
    }
}
