using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The predicted classes that a detector has a threshold for each of: a key column, and what its keys mean.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="ClassCount">How many classes there are.</param>
/// <param name="Classes">Their names or values; null where the key has none.</param>
internal sealed record PredictedClassColumn(string Name, int ClassCount, ClassValues? Classes)
{
    private const string Role = "predicted label";
    private const string Expected = "Key<UInt32>";
    private const string Remedy = "Append the LogitNorm trainer before OodDetector, or name the column with the predicted class in predictedLabelColumnName.";

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not a key.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        if (column is not { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: true } || column.ItemType.RawType != typeof(uint))
            throw ColumnError.Mismatch(Role, name, Expected, column.IsKey ? $"Key<{column.ItemType}>" : $"{column.Kind} of {column.ItemType}", Remedy);
    }

    /// <summary>Finds the column and its classes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not a key of a known number of classes.</exception>
    public static PredictedClassColumn Find(DataViewSchema schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        return column.Type is KeyDataViewType { RawType: var raw, Count: <= int.MaxValue and var count } && raw == typeof(uint)
            ? new(name, (int)count, ClassValues.Read(column))
            : throw ColumnError.Mismatch(Role, name, Expected, column.Type.ToString()!, Remedy);
    }

    /// <summary>Makes sure that the keys of another column of this name mean the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are of other classes.</exception>
    public DataViewSchema.Column FindAlike(DataViewSchema schema)
    {
        var other = Find(schema, Name);
        if (other.ClassCount != ClassCount || !Enumerable.Range(0, ClassCount).All(i => NameOf(i) == other.NameOf(i)))
            throw ColumnError.Mismatch(
                Role, Name, $"{Text}, as the detector was calibrated on", other.Text,
                "It was calibrated on another model: fit OodDetector on rows of this one.");
        return schema[Name];
    }

    /// <summary>The class's name for messages and reports.</summary>
    public string NameOf(int index) => Classes?.NameOf(index) ?? $"class {index + 1}";

    private string Text
        => $"{ClassCount} classes ({string.Join(", ", Enumerable.Range(0, Math.Min(ClassCount, 10)).Select(NameOf))}{(ClassCount > 10 ? ", …" : "")})";
}
