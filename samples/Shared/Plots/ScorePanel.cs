namespace Shared.Plots;

/// <summary>The scores that one network gives; the first series is the known classes.</summary>
/// <param name="Title">Which network, for example its training loss.</param>
/// <param name="Series">The sets.</param>
public sealed record ScorePanel(string Title, IReadOnlyList<ScoreSeries> Series)
{
    /// <summary>Where the detector draws the line, if it is to be shown.</summary>
    public double? Threshold { get; init; }
}
