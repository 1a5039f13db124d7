namespace Microsoft.ML.LogitNorm;

/// <summary>How far a comparison of scores has come.</summary>
/// <param name="Set">What is read: "training data", "in-distribution", "validation in-distribution", or the name of a set of out-of-distribution rows.</param>
/// <param name="SetNumber">Which of the sets that is, from 1.</param>
/// <param name="SetCount">How many are read in all.</param>
/// <param name="Rows">Rows of the set that are read.</param>
/// <param name="RowCount">Rows that it has; null where the data does not tell before it is read.</param>
public readonly record struct OodComparisonProgress(string Set, int SetNumber, int SetCount, long Rows, long? RowCount)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
