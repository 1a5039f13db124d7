namespace Microsoft.ML.LogitNorm;

/// <summary>The rows of like confidence: how confident they are, and how many of them are right. A bar of a reliability diagram.</summary>
/// <param name="LowerBound">Confidence, not included.</param>
/// <param name="UpperBound">Confidence, included.</param>
/// <param name="Count">Rows whose confidence lies in (<paramref name="LowerBound"/>, <paramref name="UpperBound"/>].</param>
/// <param name="Confidence">Their mean confidence; null where <paramref name="Count"/> is 0.</param>
/// <param name="Accuracy">The share of them whose most probable class is the right one, in [0, 1]; null where <paramref name="Count"/> is 0.</param>
public readonly record struct ReliabilityBin(double LowerBound, double UpperBound, long Count, double? Confidence, double? Accuracy)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
