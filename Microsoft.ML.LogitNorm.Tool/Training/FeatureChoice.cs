using System.Globalization;
using Shared.CommandLine;

namespace LogitNormTool.Training;

/// <summary>The choice between pretrained features and training from scratch, and why.</summary>
/// <param name="Kind">What was chosen.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record FeatureChoice(FeatureKind Kind, string Reason)
{
    /// <summary>The values of <c>--features</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "pretrained", "scratch"];

    // So many go through the pretrained network in about ten minutes on two cores; and a small network of one's own begins to learn from so many.
    private const int MostForPretrained = 10_000;

    /// <summary>Reads the option; null for the choice by the number of images.</summary>
    /// <exception cref="InputException">There is no such choice.</exception>
    public static FeatureKind? Parse(string name) => name.ToLowerInvariant() switch
    {
        "auto" => null,
        "pretrained" => FeatureKind.Pretrained,
        "scratch" => FeatureKind.Scratch,
        _ => throw new InputException($"--features {name}: there is no such choice.{NearestName.Hint(name, Names)} There are {string.Join(", ", Names)}."),
    };

    /// <summary>What was asked for, or what suits the number of images.</summary>
    public static FeatureChoice Of(FeatureKind? asked, int trainingImages) => asked switch
    {
        { } kind => new(kind, "as asked for"),
        null when trainingImages <= MostForPretrained => new(
            FeatureKind.Pretrained,
            $"{Count(trainingImages)} images are too few to learn from nothing what photos look like"),
        _ => new(
            FeatureKind.Scratch,
            $"{Count(trainingImages)} images are enough to train a small network of your own, and would take the pretrained one long"),
    };

    private static string Count(int images) => images.ToString("N0", CultureInfo.InvariantCulture);
}
