using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The values of a column as text that tells any two of them apart, whatever the column's type.</summary>
internal static class ColumnValues
{
    /// <summary>Reads one column of a view, and nothing else.</summary>
    public static List<string> Read(IDataView data, string name)
    {
        using var cursor = data.GetRowCursor([data.Schema[name]]);
        var read = Reader(cursor, data.Schema[name]);
        var values = new List<string>();
        while (cursor.MoveNext())
            values.Add(read());
        return values;
    }

    /// <summary>Reads the current row's value of a column.</summary>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
        => (Func<string>)typeof(ColumnValues).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    private static Func<string> Typed<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            get(ref value);
            return Describe(value);
        };
    }

    private static string Describe<T>(T value) => value switch
    {
        null => "none",
        MLImage image => $"{image.Width}x{image.Height} {image.PixelFormat} {image.Tag} {Convert.ToHexString(image.Pixels)}",
        VBuffer<float> vector => Vector(vector),
        VBuffer<ReadOnlyMemory<char>> vector => Vector(vector),
        VBuffer<byte> vector => Vector(vector),
        VBuffer<uint> vector => Vector(vector),
        float number => BitConverter.SingleToInt32Bits(number).ToString("x8"),
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x16"),
        DateTime time => $"{time.Ticks} {time.Kind}",
        DateTimeOffset time => $"{time.Ticks} {time.Offset}",
        _ => value.ToString()!,
    };

    private static string Vector<T>(VBuffer<T> vector)
        => $"{vector.Length}{(vector.IsDense ? "" : $" at {string.Join(",", vector.GetIndices().ToArray())}")}: "
            + $"{string.Join("|", vector.GetValues().ToArray())}";
}
