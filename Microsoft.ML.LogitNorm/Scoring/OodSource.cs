using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Where a score finds its inputs in a schema.</summary>
/// <param name="Logits">The logits' column.</param>
/// <param name="Embedding">The embedding's column, if needed.</param>
/// <param name="Network">The network behind the logits, if needed.</param>
/// <param name="Image">The images' column, if needed.</param>
/// <param name="Label">The labels' column, if the score learns from it.</param>
internal sealed record OodSource(
    DataViewSchema.Column Logits, DataViewSchema.Column? Embedding, TrainedNetwork? Network, ImageColumn? Image, DataViewSchema.Column? Label = null)
{
    private const string AppendTrainer = "Append the LogitNorm trainer (or its model) before OodScore.";

    /// <summary>Checks what can be known before the data is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the logits have lost their network.</exception>
    public static void Check(SchemaShape schema, OodScore score, string labelColumnName)
    {
        var logits = Vector(schema, ColumnNames.Logits, "logits");
        if (score.Needs.HasFlag(OodInputs.Embedding))
            Vector(schema, ColumnNames.Embedding, "embedding");
        if (score.Needs.HasFlag(OodInputs.Network) && logits.Annotations.All(annotation => annotation.Name != AnnotationKinds.Network))
            throw NetworkLost(score);
        if (score.Needs.HasFlag(OodInputs.Labels))
            LabelColumn.Check(schema, labelColumnName);
    }

    /// <summary>Finds what the score learns from: no pixels, but labels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the logits have lost their network.</exception>
    public static OodSource FindToLearn(DataViewSchema schema, OodScore score, string labelColumnName)
    {
        var source = Find(schema, score) with { Image = null };
        if (!score.Needs.HasFlag(OodInputs.Labels))
            return source;
        LabelColumn.Find(schema, labelColumnName);
        return source with { Label = schema[labelColumnName] };
    }

    /// <summary>Finds what the score needs to score.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the logits have lost their network.</exception>
    public static OodSource Find(DataViewSchema schema, OodScore score)
    {
        var logits = Vector(schema, ColumnNames.Logits, "logits");
        DataViewSchema.Column? embedding = score.Needs.HasFlag(OodInputs.Embedding) ? Vector(schema, ColumnNames.Embedding, "embedding") : null;
        var network = score.Needs.HasFlag(OodInputs.Network) ? FindNetwork(logits, score) : null;
        var image = score.Needs.HasFlag(OodInputs.Images) ? network!.BindImage(schema) : null;
        return new(logits, embedding, network, image);
    }

    /// <summary>The columns to read for a row.</summary>
    public IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema)
        => ((DataViewSchema.Column?[])[Logits, Embedding, Image is null ? null : schema[Image.Name], Label]).OfType<DataViewSchema.Column>();

    private static TrainedNetwork FindNetwork(DataViewSchema.Column logits, OodScore score)
    {
        if (logits.Annotations.Schema.GetColumnOrNull(AnnotationKinds.Network) is not { Type: NetworkType })
            throw NetworkLost(score);
        TrainedNetwork network = null!;
        logits.Annotations.GetValue(AnnotationKinds.Network, ref network);
        return network;
    }

    private static SchemaShape.Column Vector(SchemaShape schema, string name, string role) => VectorColumn.Check(schema, role, name, AppendTrainer);

    private static DataViewSchema.Column Vector(DataViewSchema schema, string name, string role) => VectorColumn.Find(schema, role, name, AppendTrainer);

    private static Exception NetworkLost(OodScore score)
        => ColumnError.Mismatch("logits", ColumnNames.Logits, $"the annotation '{AnnotationKinds.Network}', which the score {score.GetType().Name} reads",
            "a column without it", "A transform between the model and OodScore made the column anew, or it was read from a file: put OodScore directly after the model.");
}
