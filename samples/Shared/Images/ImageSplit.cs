namespace Shared.Images;

/// <summary>Splits images at random, the same way each time.</summary>
public static class ImageSplit
{
    /// <summary>Takes the same share of each class out of the images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="share">The share to take, in [0, 1].</param>
    /// <param name="seed">Decides which ones.</param>
    /// <param name="part">What they are taken for; another part takes others.</param>
    /// <returns>The others and the part, both in their old order.</returns>
    public static (IReadOnlyList<LabeledImage> Others, IReadOnlyList<LabeledImage> Part) Take(
        IReadOnlyList<LabeledImage> images, double share, int seed, string part)
    {
        var random = new Random(HashCode(seed, part));
        var chosen = images.GroupBy(image => image.Label).SelectMany(group =>
        {
            var shuffled = group.ToArray();
            random.Shuffle(shuffled);
            return shuffled.Take((int)Math.Round(share * shuffled.Length));
        }).ToHashSet();
        return ([.. images.Where(image => !chosen.Contains(image))], [.. images.Where(chosen.Contains)]);
    }

    /// <summary>Takes so many of the images, of whatever classes.</summary>
    /// <param name="images">The images.</param>
    /// <param name="count">How many to take.</param>
    /// <param name="seed">Decides which ones.</param>
    /// <param name="part">What they are taken for; another part takes others.</param>
    /// <returns>The others and the part, both in their old order.</returns>
    public static (IReadOnlyList<LabeledImage> Others, IReadOnlyList<LabeledImage> Part) TakeAny(
        IReadOnlyList<LabeledImage> images, int count, int seed, string part)
    {
        var shuffled = images.ToArray();
        new Random(HashCode(seed, part)).Shuffle(shuffled);
        var chosen = shuffled.Take(count).ToHashSet();
        return ([.. images.Where(image => !chosen.Contains(image))], [.. images.Where(chosen.Contains)]);
    }

    // Not string.GetHashCode, which differs from run to run.
    private static int HashCode(int seed, string part) => part.Aggregate(seed, (hash, letter) => unchecked((hash * 31) + letter));
}
