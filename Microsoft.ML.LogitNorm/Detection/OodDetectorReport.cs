using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a detector was calibrated on, and what it promises.</summary>
/// <param name="FalseAlarmRate">The rate that was asked for.</param>
/// <param name="Confidence">The probability, over the draw of the calibration rows, with which it is kept; null where it is kept in their mean.</param>
/// <param name="Thresholds">One line for all rows, or one for each predicted class, in the order of the keys.</param>
public sealed record OodDetectorReport(double FalseAlarmRate, double? Confidence, IReadOnlyList<OodDetectorThreshold> Thresholds)
{
    /// <summary>One line for all rows, or one for each predicted class, in the order of the keys.</summary>
    public IReadOnlyList<OodDetectorThreshold> Thresholds { get; init => field = ValueList.Of(value); } = ValueList.Of(Thresholds);

    /// <summary>How many rows it was calibrated on.</summary>
    public int Rows => Thresholds.Sum(threshold => threshold.Rows);

    /// <summary>The promise in words, and the thresholds; the same in every culture.</summary>
    public override string ToString()
    {
        var perClass = Thresholds is [{ Class: not null }, ..];
        var rows = perClass ? "in-distribution rows that are predicted as it" : "in-distribution rows";
        var text = new StringBuilder(perClass ? "For each predicted class on its own: " : "");
        var rate = Invariant($"at most {100 * FalseAlarmRate:0.####} % of the {rows} are called out of distribution");
        text.Append(Confidence is { } confidence
            ? Invariant($"with probability {100 * confidence:0.####} % over the draw of the calibration rows, {rate} from now on.")
            : $"{rate}, on average over draws of the calibration rows; with those at hand the rate may lie above it.");
        if (!perClass)
            text[0] = char.ToUpperInvariant(text[0]);
        foreach (var threshold in Thresholds)
            text.Append(threshold.Class is { } name ? $"\n{name}: " : "\n")
                .Append(Invariant($"scores above {threshold.Threshold}, by {threshold.Rows} calibration rows; "))
                .Append(Invariant($"expected rate {100 * threshold.ExpectedFalseAlarmRate:0.##} %"));
        return text.ToString();
    }
}
