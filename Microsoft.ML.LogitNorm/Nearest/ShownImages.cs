using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm;

/// <summary>The column of the images that are kept to be shown.</summary>
internal static class ShownImages
{
    private const string Role = "image";
    private const string Expected = "MLImage";
    private const string Remedy = "Name the column that ReadImages has made in imageColumnName.";

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        if (column is not { Kind: SchemaShape.Column.VectorKind.Scalar, ItemType: ImageDataViewType })
            throw ColumnError.Mismatch(Role, name, Expected, $"{column.Kind} of {column.ItemType}", Remedy);
    }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = RequiredColumn.Find(schema, Role, name, Remedy);
        return column.Type is ImageDataViewType ? column : throw ColumnError.Mismatch(Role, name, Expected, column.Type.ToString()!, Remedy);
    }
}
