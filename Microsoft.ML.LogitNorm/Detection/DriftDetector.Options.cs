namespace Microsoft.ML.LogitNorm;

public sealed partial class DriftDetector
{
    /// <summary>How often a detector may be wrong.</summary>
    public sealed record Options
    {
        /// <summary>
        /// How many false alarms there may be in <see cref="OverImages"/> quiet images, on average; in (0, 1]. With the defaults one in a million images.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1].</exception>
        public double FalseAlarms
        {
            get;
            init => field = value is > 0 and <= 1
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(FalseAlarms), value, "The false alarms over a number of images lie between 0, excluded, and 1; 0.01 is usual.");
        } = 0.01;

        /// <summary>The images that <see cref="FalseAlarms"/> is about, such as those of a week; at least 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public long OverImages
        {
            get;
            init => field = value >= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(OverImages), value, "Promise something about at least 1 image, such as those of a week.");
        } = 10_000;

        /// <summary>All options, the same in every culture.</summary>
        public override string ToString() => RecordText.Of(this);
    }
}
