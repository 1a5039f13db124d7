using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.LogitNorm;

/// <summary>Records as text that is the same in every culture, in place of what the compiler makes of them: names stand in tables, files and keys.</summary>
internal static class RecordText
{
    // Longer lists, such as a curve, tell their length.
    private const int MostValues = 16;

    /// <summary>Such as "RocPoint { Threshold = 0.5, FalsePositiveRate = 0, TruePositiveRate = 0.25 }": all public properties of the record's type.</summary>
    public static string Of(object record) => $"{record.GetType().Name} {{ {Members(record)} }}";

    /// <summary>Such as "K = 50, BankSize = 1000": what the record's own type declares, without what is null.</summary>
    public static string Members(object record)
        => string.Join(", ", record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(property => (property.Name, Value: property.GetValue(record)))
            .Where(property => property.Value is not null)
            .Select(property => $"{property.Name} = {Text(property.Value)}"));

    private static string? Text(object? value) => value switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => List([.. list.Cast<object?>()]),
        _ => value?.ToString(),
    };

    private static string List(object?[] values)
        => values.Length <= MostValues ? $"[{string.Join(", ", values.Select(Text))}]" : $"[{values.Length} values]";
}
