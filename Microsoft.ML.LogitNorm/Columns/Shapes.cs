using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes schema shapes, by which an estimator promises its columns; ML.NET keeps the constructors to itself.</summary>
internal static class Shapes
{
    public static SchemaShape.Column Column(
        string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey = false, IEnumerable<SchemaShape.Column>? annotations = null)
        => new(name, kind, itemType, isKey, annotations is null ? null : new SchemaShape(annotations));

    /// <summary>The columns with others appended; a column of the same name is replaced.</summary>
    public static SchemaShape Append(SchemaShape input, params SchemaShape.Column[] columns)
        => new(input.Where(old => columns.All(column => column.Name != old.Name)).Concat(columns));

    /// <summary>The shape of a schema, as estimators see it.</summary>
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);
}
