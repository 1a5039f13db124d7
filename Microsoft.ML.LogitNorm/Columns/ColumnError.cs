using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Schema errors: ML.NET's own words, so that a search finds both, followed by what to do.</summary>
internal static class ColumnError
{
    /// <summary>The column is not there.</summary>
    public static Exception Missing(string role, string name, IEnumerable<string> present, string remedy)
        => Describe(
            Contracts.ExceptSchemaMismatch("inputSchema", role, name), $". The columns are {string.Join(", ", present.Select(n => $"'{n}'"))}. {remedy}");

    /// <summary>The column has another type than the one needed.</summary>
    public static Exception Mismatch(string role, string name, string expected, string found, string remedy)
        => Describe(Contracts.ExceptSchemaMismatch("inputSchema", role, name, expected, found), $". {remedy}");

    /// <summary>The column's getter as the type that the caller asked for.</summary>
    public static ValueGetter<TValue> Typed<TValue>(Delegate? getter, DataViewSchema.Column column) => getter switch
    {
        ValueGetter<TValue> typed => typed,
        null => throw new ArgumentException($"Column '{column.Name}' is not active in this row.", nameof(column)),
        _ => throw new ArgumentException($"Column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}.", nameof(column)),
    };

    /// <summary>A value was asked for where there is none.</summary>
    public static InvalidOperationException NotOnRow()
        => new("The cursor is not on a row: values can be read once MoveNext has returned true, and until it returns false.");

    private static ArgumentOutOfRangeException Describe(Exception mismatch, string more)
        => new("inputSchema", FirstLine(mismatch.Message) + more);

    // .NET appends "(Parameter 'inputSchema')" to the message by itself; without this it would stand there twice.
    private static string FirstLine(string message)
    {
        var parameter = message.IndexOf(" (Parameter ", StringComparison.Ordinal);
        return parameter < 0 ? message : message[..parameter];
    }
}
