using System.Globalization;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>How one measurement stands to another, each round by itself: what slows the machine down slows both.</summary>
/// <param name="Part">The part of the run.</param>
/// <param name="Name">What is divided by what.</param>
/// <param name="Median">The middle round's quotient.</param>
/// <param name="Goal">The bound that it should keep; null where there is none.</param>
/// <param name="AtLeast">Whether the bound is a lower one.</param>
internal sealed record Ratio(string Part, string Name, double Median, double? Goal, bool AtLeast)
{
    /// <summary>Whether the goal is met; null where there is none.</summary>
    public bool? Met => Goal is not { } goal ? null : AtLeast ? Median >= goal : Median <= goal;

    /// <summary>The goal as a reader says it.</summary>
    public string GoalText => Goal is { } goal ? string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? "≥" : "≤")} {goal}") : "";

    /// <summary>The first series over the second, to be at least the goal.</summary>
    public static Ratio Least(Series over, Series under, double? goal = null) => Of(over, under, goal, atLeast: true);

    /// <summary>The first series over the second, to be at most the goal.</summary>
    public static Ratio Most(Series over, Series under, double? goal = null) => Of(over, under, goal, atLeast: false);

    private static Ratio Of(Series over, Series under, double? goal, bool atLeast)
        => new(over.Part, $"{over.Name} / {under.Name}", Series.Of(over.Rounds.Zip(under.Rounds, (left, right) => left / right), 0.5), goal, atLeast);
}
