using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Rows without an image that are no mistake: reading has marked them. The columns of such images, and what the model makes of them, say so by annotations;
/// where they do not, a missing image, or NaN, is an error.
/// </summary>
/// <remarks>
/// On the way through a pipeline such a row is: a missing image; a missing key, and vectors all of whose values are NaN; a score that is +∞.
/// </remarks>
internal static class MissingRows
{
    /// <summary>The annotation of an image column, as an estimator promises it.</summary>
    public static SchemaShape.Column ImageShape
        => Shapes.Column(AnnotationKinds.MissingImages, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance);

    /// <summary>The annotation of the column that says why an image is missing, as an estimator promises it.</summary>
    public static SchemaShape.Column ErrorShape
        => Shapes.Column(AnnotationKinds.ImageErrors, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance);

    /// <summary>The annotation of what is made of the images, as an estimator promises it; none where none may be missing.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="source">The column that they are made of.</param>
    public static SchemaShape.Column[] Shape(SchemaShape schema, SchemaShape.Column source)
        => source.Annotations.Any(annotation => annotation.Name is AnnotationKinds.MissingImages or AnnotationKinds.MissingRows)
            || schema.Any(column => column.Annotations.Any(annotation => annotation.Name == AnnotationKinds.ImageErrors))
                ? [Shapes.Column(AnnotationKinds.MissingRows, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance)]
                : [];

    /// <summary>The annotation of an image column, which names the column that says why an image is missing.</summary>
    public static DataViewSchema.Annotations OfImages(string errorColumn)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(
            AnnotationKinds.MissingImages, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = errorColumn.AsMemory());
        return annotations.ToAnnotations();
    }

    /// <summary>The annotation of the column that says why an image is missing.</summary>
    public static DataViewSchema.Annotations OfErrors()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(AnnotationKinds.ImageErrors, BooleanDataViewType.Instance, (ref bool value) => value = true);
        return annotations.ToAnnotations();
    }

    /// <summary>Whether a column of images, or of what was made of them, says itself that rows may be missing: their values then say which.</summary>
    public static bool MayBeIn(DataViewSchema.Column column)
        => column.Annotations.Schema.Any(annotation => annotation.Name is AnnotationKinds.MissingImages or AnnotationKinds.MissingRows);

    /// <summary>
    /// The columns that say of which rows an image is missing, and why: that which a column of images, or of what was made of them, names. A transform of
    /// others, such as <c>ExtractPixels</c>, makes values out of a missing image and does not hand the annotation on: then all that there are.
    /// </summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="source">The column.</param>
    public static DataViewSchema.Column[] Explaining(DataViewSchema schema, DataViewSchema.Column source)
    {
        var named = Named(source);
        return [.. schema.Where(column => !column.IsHidden && AreExplainedIn(column) && (named.Length == 0 || column.Name == named))];
    }

    /// <summary>The columns to read beside one whose values do not say which rows are missing; none where they do, or none are.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="source">The column.</param>
    public static DataViewSchema.Column[] ToldBeside(DataViewSchema schema, DataViewSchema.Column source) => MayBeIn(source) ? [] : Explaining(schema, source);

    /// <summary>Hands the permission on to a column that is made of another.</summary>
    /// <param name="annotations">Those of the new column.</param>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="source">The column that it is made of.</param>
    public static void HandOn(DataViewSchema.Annotations.Builder annotations, DataViewSchema schema, DataViewSchema.Column source)
    {
        var explaining = Explaining(schema, source);
        if (!MayBeIn(source) && explaining.Length == 0)
            return;
        var name = explaining is [var only] ? only.Name : Named(source);
        annotations.Add(AnnotationKinds.MissingRows, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = name.AsMemory());
    }

    /// <summary>The name of the column that says why images, or rows made of them, are missing; empty where none is named.</summary>
    /// <param name="source">The column of images, or of what was made of them.</param>
    public static string Named(DataViewSchema.Column source)
    {
        var name = default(ReadOnlyMemory<char>);
        foreach (var kind in source.Annotations.Schema)
            if (kind is { Name: AnnotationKinds.MissingImages or AnnotationKinds.MissingRows, Type: TextDataViewType })
                source.Annotations.GetValue(kind.Name, ref name);
        return name.ToString();
    }

    /// <summary>Whether a column says why an image is missing, so that reading it costs as much as reading the image.</summary>
    public static bool AreExplainedIn(DataViewSchema.Column column)
        => column.Annotations.Schema.Any(annotation => annotation.Name == AnnotationKinds.ImageErrors);

    /// <summary>Whether a score is that of a missing row.</summary>
    /// <param name="column">The score's column.</param>
    /// <param name="score">The row's score.</param>
    public static bool IsMissing(DataViewSchema.Column column, float score) => float.IsPositiveInfinity(score) && MayBeIn(column);

    /// <summary>Whether a vector, of a column in which rows may be missing, is that of a missing row.</summary>
    public static bool IsMissing(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
            if (!float.IsNaN(value))
                return false;
        return true;
    }
}
