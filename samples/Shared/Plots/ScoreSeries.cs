namespace Shared.Plots;

/// <summary>The scores of one set of images.</summary>
/// <param name="Name">The set's name, as in the legend.</param>
/// <param name="Scores">One for each image; those that are not finite are counted and not drawn.</param>
public sealed record ScoreSeries(string Name, float[] Scores);
