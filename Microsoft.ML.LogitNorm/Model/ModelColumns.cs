using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The columns that a <see cref="LogitNormModel"/> appends: what the trainer promises of them and what the model delivers.</summary>
internal static class ModelColumns
{
    private const string ScoreColumnKind = "MulticlassClassification";

    /// <summary>What the estimator promises.</summary>
    public static SchemaShape Promise(
        SchemaShape input, SchemaShape.Column label, SchemaShape.Column feature, Head head, OutputColumns columns)
    {
        var hasNames = label.Annotations.Any(annotation => annotation.Name == AnnotationKinds.KeyValues);
        SchemaShape.Column? keyValues = hasNames ? label.Annotations.First(annotation => annotation.Name == AnnotationKinds.KeyValues) : null;
        var slotNames = Shapes.Column(AnnotationKinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance);
        var missing = MissingRows.Shape(input, feature);
        SchemaShape.Column[] scoreSet =
        [
            .. missing,
            Shapes.Column(AnnotationKinds.ScoreColumnSetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            Shapes.Column(AnnotationKinds.ScoreColumnKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
            Shapes.Column(AnnotationKinds.ScoreValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        ];
        SchemaShape.Column[] names = hasNames ? [slotNames] : [];
        SchemaShape.Column[] network = [Shapes.Column(AnnotationKinds.Network, SchemaShape.Column.VectorKind.Scalar, NetworkType.Instance)];
        SchemaShape.Column[] linear = head is LinearHead
            ? [Shapes.Column(AnnotationKinds.LinearHead, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance)]
            : [];
        return Shapes.Append(input,
            Shapes.Column(
                columns.PredictedLabel,
                SchemaShape.Column.VectorKind.Scalar,
                NumberDataViewType.UInt32,
                isKey: true,
                annotations: keyValues is { } values ? [values, .. scoreSet] : scoreSet),
            Shapes.Column(columns.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: keyValues is { } training
                ? [slotNames, Shapes.Column(AnnotationKinds.TrainingLabelValues, SchemaShape.Column.VectorKind.Vector, training.ItemType), .. scoreSet]
                : scoreSet),
            Shapes.Column(
                columns.Logits, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: [.. names, .. network, .. linear, .. missing]),
            Shapes.Column(columns.Embedding, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: missing),
            Shapes.Column(columns.LayerStatistics, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: missing));
    }

    /// <summary>What the model appends, in the order of <see cref="ModelOutput"/>.</summary>
    /// <param name="input">The columns of the data.</param>
    /// <param name="feature">The column that is classified.</param>
    /// <param name="spec">The model.</param>
    /// <param name="network">Its network.</param>
    public static DataViewSchema.DetachedColumn[] Deliver(DataViewSchema input, DataViewSchema.Column feature, ModelSpec spec, TrainedNetwork network)
    {
        // Evaluators find the columns of one model by a number that they share, and that no other model before has.
        var set = input.GetMaxAnnotationKind(out _, AnnotationKinds.ScoreColumnSetId) + 1;
        var predicted = new DataViewSchema.Annotations.Builder();
        spec.Classes?.AddTo(predicted, AnnotationKinds.KeyValues);
        AddScoreSet(predicted, "PredictedLabel", set);
        MissingRows.HandOn(predicted, input, feature);

        var score = new DataViewSchema.Annotations.Builder();
        spec.Classes?.AddSlotNamesTo(score);
        spec.Classes?.AddTo(score, AnnotationKinds.TrainingLabelValues);
        AddScoreSet(score, "Score", set);
        MissingRows.HandOn(score, input, feature);

        var logits = new DataViewSchema.Annotations.Builder();
        spec.Classes?.AddSlotNamesTo(logits);
        logits.Add(AnnotationKinds.Network, NetworkType.Instance, (ref TrainedNetwork value) => value = network);
        if (spec.Head is LinearHead)
            logits.Add(AnnotationKinds.LinearHead, BooleanDataViewType.Instance, (ref bool value) => value = true);
        MissingRows.HandOn(logits, input, feature);
        var vectors = new DataViewSchema.Annotations.Builder();
        MissingRows.HandOn(vectors, input, feature);

        return
        [
            new(spec.Columns.PredictedLabel, new KeyDataViewType(typeof(uint), spec.ClassCount), predicted.ToAnnotations()),
            new(spec.Columns.Score, new VectorDataViewType(NumberDataViewType.Single, spec.ClassCount), score.ToAnnotations()),
            new(spec.Columns.Logits, new VectorDataViewType(NumberDataViewType.Single, spec.ClassCount), logits.ToAnnotations()),
            new(spec.Columns.Embedding, new VectorDataViewType(NumberDataViewType.Single, spec.EmbeddingSize), vectors.ToAnnotations()),
            new(spec.Columns.LayerStatistics, new VectorDataViewType(NumberDataViewType.Single, spec.StatisticsSize), vectors.ToAnnotations()),
        ];
    }

    private static void AddScoreSet(DataViewSchema.Annotations.Builder annotations, string valueKind, uint set)
    {
        annotations.Add(AnnotationKinds.ScoreColumnSetId, new KeyDataViewType(typeof(uint), int.MaxValue), (ref uint value) => value = set);
        annotations.Add(AnnotationKinds.ScoreColumnKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = ScoreColumnKind.AsMemory());
        annotations.Add(AnnotationKinds.ScoreValueKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = valueKind.AsMemory());
    }
}
