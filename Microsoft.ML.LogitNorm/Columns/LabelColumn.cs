using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>The label column of the training data: a key whose values are the classes.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="ClassCount">How many classes there are.</param>
/// <param name="Classes">Their names or values; null where the key has none.</param>
internal sealed record LabelColumn(string Name, int ClassCount, ClassValues? Classes)
{
    private const string Role = "label";
    private const string Expected = "Key<UInt32>";
    private const string Remedy = "Put ml.Transforms.Conversion.MapValueToKey before the trainer.";

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not a key.</exception>
    public static SchemaShape.Column Check(SchemaShape schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, $"Name the column that holds the classes in LabelColumnName. {Remedy}");
        if (column is not { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: true } || column.ItemType.RawType != typeof(uint))
            throw ColumnError.Mismatch(Role, name, Expected, column.IsKey ? $"Key<{column.ItemType}>" : $"{column.Kind} of {column.ItemType}", Remedy);
        return column;
    }

    /// <summary>Finds the column and its classes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not a key.</exception>
    public static LabelColumn Find(DataViewSchema schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, $"Name the column that holds the classes in LabelColumnName. {Remedy}");
        if (column.Type is not KeyDataViewType { RawType: var raw } key || raw != typeof(uint))
            throw ColumnError.Mismatch(Role, name, Expected, column.Type.ToString()!, Remedy);
        if (key.Count > int.MaxValue)
            throw ColumnError.Mismatch(Role, name, "a key with a known number of classes", column.Type.ToString()!, Remedy);
        return new(name, (int)key.Count, ClassValues.Read(column));
    }

    private IEnumerable<uint> Labels(IDataView data) => data.GetColumn<uint>(data.Schema[Name]);

    /// <summary>The classes for messages, such as "3 classes (cat, dog, fox)".</summary>
    public string ClassesText
        => $"{ClassCount} classes ({string.Join(", ", Enumerable.Range(0, Math.Min(ClassCount, 10)).Select(NameOf))}{(ClassCount > 10 ? ", …" : "")})";

    /// <summary>Whether the keys mean the same: the same names in the same order.</summary>
    public bool HasClassesOf(LabelColumn other)
        => ClassCount == other.ClassCount && Enumerable.Range(0, ClassCount).All(i => NameOf(i) == other.NameOf(i));

    /// <summary>Whether any row has a label. Reads that column only.</summary>
    public bool HasRowsIn(IDataView data) => Labels(data).Any(label => label > 0);

    /// <summary>What to say of data without a labelled row: that there are no rows, or that none has a label.</summary>
    /// <param name="data">The data.</param>
    /// <param name="what">What it is called.</param>
    /// <param name="remedy">What to do.</param>
    public InvalidOperationException NoneIn(IDataView data, string what, string remedy)
        => Labels(data).LongCount() is > 0 and var rows
            ? new(
                $"{what} has no row with a label in column '{Name}': "
                + $"the label of {(rows == 1 ? "its only row" : Invariant($"all {rows:N0} rows"))} is missing. {remedy}")
            : new($"{what} has no rows. {remedy}");

    /// <summary>The class's name for messages.</summary>
    public string NameOf(int index) => Classes?.NameOf(index) ?? $"class {index + 1}";
}
