using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>All that a <see cref="DriftDetector"/> knows, to be written to a file, as JSON for instance, and restored.</summary>
public sealed record DriftState
{
    /// <summary>What the detector promises.</summary>
    public required DriftDetector.Options Options { get; init; }

    /// <summary>
    /// For all images, or for those of each predicted class: how many have 0, 1, … and n of the n calibration scores at least as high as theirs.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<long>> Places { get; init => field = ValueList.Of(ValueLists(value)); }

    /// <summary>The evidence by each of the bets.</summary>
    public required IReadOnlyList<double> Evidence { get; init => field = ValueList.Of(value); }

    /// <summary>How many images were seen.</summary>
    public required long Images { get; init; }

    /// <summary>The image that raised the alarm, counted from 1; null where none stands.</summary>
    public long? ChangedAt { get; init; }

    /// <summary>All figures, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <summary>Refuses what no detector can have written.</summary>
    /// <param name="bets">How many bets there are.</param>
    /// <exception cref="ArgumentException">What is wrong.</exception>
    internal void Check(int bets)
    {
        if (Options is null)
            throw new ArgumentException("The state of a drift detector has no options.");
        if (Places.Count == 0 || Places.Any(counts => counts.Count < 2 || counts.Any(count => count < 0)))
            throw new ArgumentException("The state of a drift detector needs, for at least one calibration row, counts of places that are at least 0.");
        if (Evidence.Count != bets || Evidence.Any(value => !(double.IsFinite(value) && value >= 0)))
            throw new ArgumentException(Invariant($"The state of a drift detector needs {bets} finite numbers of evidence, at least 0 each."));
        if (Images < 0 || Places.Sum(counts => (decimal)counts.Sum(count => (decimal)count)) > Images || ChangedAt < 1 || ChangedAt > Images)
            throw new ArgumentException(
                Invariant($"The state of a drift detector tells of {Images} images, which do not go with its places, or with an alarm at image {ChangedAt}."));
    }

    private static IReadOnlyList<IReadOnlyList<long>> ValueLists(IReadOnlyList<IReadOnlyList<long>> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        return [.. places.Select(ValueList.Of)];
    }
}
