using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The column of scores that detectors and metrics read: a float for each row.</summary>
internal static class ScoreColumn
{
    private const string Role = "score";
    private const string Remedy = "Append ml.Transforms.OodScore(...) before it.";

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        if (column is not { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false } || column.ItemType.RawType != typeof(float))
            throw ColumnError.Mismatch(Role, name, "Single", $"{column.Kind} of {column.ItemType}", Remedy);
    }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        return column.Type is NumberDataViewType { RawType: var type } && type == typeof(float)
            ? column
            : throw ColumnError.Mismatch(Role, name, "Single", column.Type.ToString()!, Remedy);
    }
}
