namespace Microsoft.ML.LogitNorm;

/// <summary>One line that a detector draws.</summary>
/// <param name="Class">The predicted class that it is for; null if it is for all rows.</param>
/// <param name="Rows">How many calibration rows it was drawn by.</param>
/// <param name="Threshold">A row is called out of distribution if its score lies above this.</param>
/// <param name="ExpectedFalseAlarmRate">
/// The share of in-distribution rows above such a line, on average over draws of so many calibration rows, if no scores tie; less if some do.
/// </param>
public sealed record OodDetectorThreshold(string? Class, int Rows, float Threshold, double ExpectedFalseAlarmRate)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
