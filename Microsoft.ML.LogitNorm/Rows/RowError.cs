using System.Numerics;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Errors that say which row they are about.</summary>
internal static class RowError
{
    /// <summary>An error whose message names the row.</summary>
    /// <param name="row">The row's number.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="cause">The error that the message is made of, if there is one.</param>
    public static RowException Naming(long row, string message, Exception? cause = null) => new(row, message, cause);

    /// <summary>Refuses values of a column that are NaN or infinite.</summary>
    /// <param name="values">The row's.</param>
    /// <param name="columnName">The column.</param>
    /// <param name="row">The row's number.</param>
    /// <param name="consequence">What becomes of such a row: the end of a sentence.</param>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite; names column and row.</exception>
    public static void CheckFinite<T>(ReadOnlySpan<T> values, string columnName, long row, string consequence)
        where T : IFloatingPointIeee754<T>
    {
        foreach (var value in values)
            if (!T.IsFinite(value))
                throw Naming(
                    row,
                    Invariant($"Column '{columnName}' holds {value} in row {row} (counted from 0): {consequence}. ")
                    + "Did training diverge, or does the row hold values far outside those of training?");
    }

    /// <summary>Puts the row in front of an error that does not know it, such as that of an image that cannot be decoded.</summary>
    /// <param name="row">The row's number.</param>
    /// <param name="cause">The error; ML.NET may have wrapped it on the way from another thread.</param>
    /// <param name="reading">What was done with which row.</param>
    public static Exception Wrap(long row, Exception cause, string reading)
        => Find(cause) ?? new RowException(row, $"{reading} failed: {cause.GetBaseException().Message}", cause);

    /// <inheritdoc cref="Wrap(long, Exception, string)"/>
    public static Exception Wrap(long row, Exception cause) => Wrap(row, cause, $"Reading row {row} (counted from 0)");

    /// <summary>The row's error inside what ML.NET made of it on the way from another thread; null where there is none.</summary>
    public static Exception? Find(Exception error) => error is IRowError { Row: not null } ? error : error.InnerException is { } inner ? Find(inner) : null;

    /// <summary>Whether an error is about a row at all: not one that stops everything.</summary>
    public static bool IsOfARow(Exception error) => error.GetBaseException() is not (OperationCanceledException or ObjectDisposedException);
}
