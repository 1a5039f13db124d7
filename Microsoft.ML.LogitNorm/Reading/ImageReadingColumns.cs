using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm;

/// <summary>The columns of reading images: what it reads, what its estimator promises, and what its transformer delivers.</summary>
internal static class ImageReadingColumns
{
    /// <summary>What the transformer appends first.</summary>
    public const int Image = 0;

    private const string Role = "input";
    private const string Expected = "String, the images' paths, or a vector of Byte, the bytes of image files";
    private const string Remedy = "Name the column of the paths or bytes in inputColumnName.";

    /// <summary>What the estimator promises.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column with the paths or bytes is missing or has another type.</exception>
    public static SchemaShape Promise(SchemaShape input, ImageReading reading)
    {
        var column = RequiredColumn.Find(input, Role, reading.Input, Remedy);
        if (!(column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType }
            || (column is { Kind: not SchemaShape.Column.VectorKind.Scalar, IsKey: false } && column.ItemType == NumberDataViewType.Byte)))
            throw ColumnError.Mismatch(Role, reading.Input, Expected, $"{column.Kind} of {column.ItemType}", Remedy);
        var image = new ImageDataViewType(reading.Height, reading.Width);
        return reading.ErrorColumn is null
            ? Shapes.Append(input, Shapes.Column(reading.Output, SchemaShape.Column.VectorKind.Scalar, image))
            : Shapes.Append(
                input,
                Shapes.Column(reading.Output, SchemaShape.Column.VectorKind.Scalar, image, annotations: [MissingRows.ImageShape]),
                Shapes.Column(
                    reading.ErrorColumn, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, annotations: [MissingRows.ErrorShape]));
    }

    /// <summary>Finds the column with the paths or bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is missing or has another type, or the errors would take the place of those of other images.
    /// </exception>
    public static DataViewSchema.Column Find(DataViewSchema input, ImageReading reading)
    {
        if (reading.ErrorColumn is { } errors
            && input.FirstOrDefault(column => !column.IsHidden && column.Name != reading.Output && MissingRows.Named(column) == errors) is { Name: { } other })
            throw ColumnError.Mismatch(
                "error", errors, $"the errors of column '{reading.Output}' alone", $"those of column '{other}'", "Give ErrorColumnName another name.");
        var column = RequiredColumn.Find(input, Role, reading.Input, Remedy);
        return column.Type is TextDataViewType || (column.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte)
            ? column
            : throw ColumnError.Mismatch(Role, reading.Input, Expected, column.Type.ToString()!, Remedy);
    }

    /// <summary>What the transformer appends.</summary>
    public static DataViewSchema.DetachedColumn[] Deliver(ImageReading reading)
    {
        var type = new ImageDataViewType(reading.Height, reading.Width);
        return reading.ErrorColumn is null
            ? [new(reading.Output, type, null)]
            :
            [
                new(reading.Output, type, MissingRows.OfImages(reading.ErrorColumn)),
                new(reading.ErrorColumn, TextDataViewType.Instance, MissingRows.OfErrors()),
            ];
    }
}
