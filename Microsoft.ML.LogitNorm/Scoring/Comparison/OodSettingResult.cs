namespace Microsoft.ML.LogitNorm;

/// <summary>How one setting of a score did in a search.</summary>
/// <param name="Score">The score with its hyper-parameters.</param>
/// <param name="MeanAuroc">Mean over the sets of the search of the area under the ROC curve; NaN if the score failed.</param>
/// <param name="Failure">Why it is out; null if it is not.</param>
public sealed record OodSettingResult(OodScore Score, double MeanAuroc, string? Failure)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
