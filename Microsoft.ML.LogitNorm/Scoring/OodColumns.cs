namespace Microsoft.ML.LogitNorm;

/// <summary>Default names of the columns that scores and decisions append.</summary>
internal static class OodColumns
{
    public const string Score = "OodScore";
    public const string Confidence = "OodConfidence";
    public const string IsOutOfDistribution = "IsOutOfDistribution";
}
