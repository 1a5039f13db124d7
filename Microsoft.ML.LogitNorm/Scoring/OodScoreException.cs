namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A score cannot work with the rows that it was given: it cannot learn from them, or the score of one of them is NaN or infinite.
/// The message says why, and what to do.
/// </summary>
public sealed class OodScoreException : InvalidOperationException, IRowError
{
    private readonly long? _row;
    private string _text = "";

    internal OodScoreException(string message, long? row = null)
        : base(message)
        => _row = row;

    /// <inheritdoc/>
    public override string Message => base.Message + _text;

    long? IRowError.Row => _row;

    bool IRowError.IsDescribed => _text.Length > 0;

    void IRowError.Describe(string text) => _text = text;
}
