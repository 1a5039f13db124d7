using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>The columns of a detector.</summary>
/// <param name="Score">Read: higher means more likely out of distribution.</param>
/// <param name="Confidence">Appended: 1 − p-value.</param>
/// <param name="Decision">Appended: whether the row lies above the threshold.</param>
/// <param name="PredictedLabel">Read, where each predicted class has a threshold of its own; else null.</param>
internal sealed record DetectorColumns(
    string Score,
    string Confidence,
    string Decision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PredictedLabel = null)
{
    /// <exception cref="ArgumentException">A name is empty, or both outputs have the same.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Score, "scoreColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Confidence, "confidenceColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Decision, "decisionColumnName");
        if (PredictedLabel is { Length: 0 })
            throw new ArgumentException("A column needs a name.", "predictedLabelColumnName");
        if (Confidence == Decision)
            throw new ArgumentException($"Confidence and decision cannot both be called '{Decision}'.", "decisionColumnName");
    }
}
