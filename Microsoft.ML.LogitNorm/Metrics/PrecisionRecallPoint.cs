namespace Microsoft.ML.LogitNorm;

/// <summary>One threshold of a precision-recall curve: how pure and how complete the rows are that it takes for positive.</summary>
/// <param name="Threshold">The score at which rows are told apart, in the score's own unit; which side of it is positive is said by the curve.</param>
/// <param name="Precision">Share of positive rows among those taken for positive, in [0, 1]; 1 where none is taken.</param>
/// <param name="Recall">Share of the positive rows taken for positive, in [0, 1].</param>
public readonly record struct PrecisionRecallPoint(double Threshold, double Precision, double Recall)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
