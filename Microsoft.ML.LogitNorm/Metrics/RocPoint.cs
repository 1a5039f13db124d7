namespace Microsoft.ML.LogitNorm;

/// <summary>One threshold of a receiver operating characteristic: what it costs and what it finds.</summary>
/// <param name="Threshold">The score at which rows are told apart, in the score's own unit; which side of it is positive is said by the curve.</param>
/// <param name="FalsePositiveRate">Share of the negative rows taken for positive, in [0, 1].</param>
/// <param name="TruePositiveRate">Share of the positive rows taken for positive (recall), in [0, 1].</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
