namespace Microsoft.ML.LogitNorm;

/// <summary>The columns of a detector.</summary>
/// <param name="Score">Read: higher means more likely out of distribution.</param>
/// <param name="Confidence">Appended: 1 − p-value.</param>
/// <param name="Decision">Appended: whether the p-value is at most the false-alarm rate.</param>
internal sealed record DetectorColumns(string Score, string Confidence, string Decision)
{
    /// <exception cref="ArgumentException">A name is empty, or both outputs have the same.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Score, "scoreColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Confidence, "confidenceColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Decision, "decisionColumnName");
        if (Confidence == Decision)
            throw new ArgumentException($"Confidence and decision cannot both be called '{Decision}'.", "decisionColumnName");
    }
}
