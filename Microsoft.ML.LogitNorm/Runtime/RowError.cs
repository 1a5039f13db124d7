namespace Microsoft.ML.LogitNorm;

/// <summary>Errors that say which row they are about. They carry a mark, so that the transformers of a chain do not each add the number again.</summary>
internal static class RowError
{
    private const string Mark = "Microsoft.ML.LogitNorm.Row";

    /// <summary>An error whose message names the row.</summary>
    public static InvalidOperationException Naming(long row, string message)
        => new(message) { Data = { [Mark] = row } };

    /// <summary>Puts the row in front of an error that does not know it, such as that of an image that cannot be decoded.</summary>
    public static InvalidOperationException Wrap(long row, Exception cause)
        => new($"Reading row {row} (counted from 0) failed: {cause.Message}", cause) { Data = { [Mark] = row } };

    /// <summary>Whether an error still needs a row: not if it has one, and not if it is about no row.</summary>
    public static bool LacksRow(Exception error)
        => error is not (OperationCanceledException or ObjectDisposedException) && !error.Data.Contains(Mark);
}
