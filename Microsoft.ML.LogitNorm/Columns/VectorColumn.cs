using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>A column with as many floats in each row: logits, probabilities, embeddings.</summary>
internal static class VectorColumn
{
    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static SchemaShape.Column Check(SchemaShape schema, string role, string name, string remedy)
    {
        var column = RequiredColumn.Find(schema, role, name, remedy);
        return column is { Kind: SchemaShape.Column.VectorKind.Vector, IsKey: false } && column.ItemType.RawType == typeof(float)
            ? column
            : throw ColumnError.Mismatch(role, name, "Vector<Single>", $"{column.Kind} of {column.ItemType}", remedy);
    }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, string remedy)
    {
        var column = RequiredColumn.Find(schema, role, name, remedy);
        return column.Type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType { RawType: var item } } && item == typeof(float)
            ? column
            : throw ColumnError.Mismatch(role, name, "Vector<Single> of known size", column.Type.ToString()!, remedy);
    }

    /// <summary>How many floats each row of a column found has.</summary>
    public static int SizeOf(DataViewSchema.Column column) => ((VectorDataViewType)column.Type).Size;
}
