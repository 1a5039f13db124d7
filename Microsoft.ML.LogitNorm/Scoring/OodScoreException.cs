namespace Microsoft.ML.LogitNorm;

/// <summary>A score cannot work with the rows that it was given: it cannot learn from them, or gives one of them no finite score. The message says why, and what to do.</summary>
public sealed class OodScoreException : InvalidOperationException
{
    internal OodScoreException(string message)
        : base(message)
    {
    }
}
