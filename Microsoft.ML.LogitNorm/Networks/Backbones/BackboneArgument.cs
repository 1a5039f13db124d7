namespace Microsoft.ML.LogitNorm;

/// <summary>
/// The ranges that several backbones share. The upper ends are far beyond use: they stop a damaged model file before it asks for the impossible.
/// </summary>
internal static class BackboneArgument
{
    private const int MinimumDepth = 10, MaximumDepth = 1000, MaximumFactor = 1024;

    /// <summary>A depth of the form 6n + 4: a stem, three groups of n pairs of layers, two transitions or shortcuts, and a head.</summary>
    public static int Depth(int depth, string architecture)
    {
        if (depth % 6 == 4 && depth is >= MinimumDepth and <= MaximumDepth)
            return depth;
        var below = Math.Clamp((long)depth - (depth + 2L) % 6, MinimumDepth, MaximumDepth);
        var above = depth is > MinimumDepth and < MaximumDepth ? below + 6 : below;
        var nearest = below == above ? $"The nearest is {below}." : $"The nearest are {below} and {above}.";
        throw new ArgumentOutOfRangeException(
            nameof(depth), depth, $"{architecture} has a depth of 6n + 4, from {MinimumDepth} to {MaximumDepth}: 10, 16, 22, 28, 34, 40, and so on. {nearest}");
    }

    /// <summary>A multiplier of the network's width.</summary>
    public static int Factor(int value, string name) => value is >= 1 and <= MaximumFactor
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"The factor of the network's width goes from 1 to {MaximumFactor}.");

    /// <summary>A probability of dropping a feature.</summary>
    public static double Dropout(double dropout) => dropout is >= 0 and < 1
        ? dropout
        : throw new ArgumentOutOfRangeException(
            nameof(dropout), dropout, "Dropout is the share of features to drop: give at least 0 (none) and less than 1 (all).");

    /// <summary>One of the stems that there are.</summary>
    public static Stem Stem(Stem stem) => Enum.IsDefined(stem)
        ? stem
        : throw new ArgumentOutOfRangeException(nameof(stem), stem, "Give Stem.Cifar for small images or Stem.ImageNet for photos.");
}
