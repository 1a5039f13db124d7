using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The columns of temperature scaling: what the estimator promises of them and what the transformer delivers.</summary>
/// <param name="Logits">Read: a logit for each class.</param>
/// <param name="Score">Written: their softmax at the temperature; replaces a column of that name.</param>
internal sealed record ScalingColumns(string Logits, string Score)
{
    public const string LogitsRole = "logits";
    public const string LogitsRemedy = "Append the LogitNorm trainer (or its model) before TemperatureScaling, or name the column of another model's logits.";

    private const string ScoreRemedy = "Write to another column (scoreColumnName), or drop the old one first.";

    /// <exception cref="ArgumentException">A name is empty, or both are the same.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Logits, "logitsColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Score, "scoreColumnName");
        if (Logits == Score)
            throw new ArgumentException(
                $"Logits and score cannot both be called '{Score}': OodScore and others still need the logits as they are.", "scoreColumnName");
    }

    /// <summary>What the estimator promises.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The logits' column is missing, or it or the old score's has another type.</exception>
    public SchemaShape Promise(SchemaShape input)
    {
        var logits = VectorColumn.Check(input, LogitsRole, Logits, LogitsRemedy);
        var annotations = input.Any(column => column.Name == Score)
            ? VectorColumn.Check(input, "score", Score, ScoreRemedy).Annotations
            : logits.Annotations.Where(annotation => Stays(annotation.Name));
        return Shapes.Append(input, Shapes.Column(Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: annotations));
    }

    /// <summary>What the transformer appends.</summary>
    /// <param name="input">The columns of the data.</param>
    /// <param name="logits">The logits among them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The old score's column has another type than the logits.</exception>
    public DataViewSchema.DetachedColumn Deliver(DataViewSchema input, DataViewSchema.Column logits)
    {
        var classes = VectorColumn.SizeOf(logits);
        if (input.GetColumnOrNull(Score) is null)
        {
            var names = new DataViewSchema.Annotations.Builder();
            names.Add(logits.Annotations, Stays);
            return new(Score, new VectorDataViewType(NumberDataViewType.Single, classes), names.ToAnnotations());
        }
        var old = VectorColumn.Find(input, "score", Score, ScoreRemedy);
        return VectorColumn.SizeOf(old) == classes
            ? new(Score, old.Type, old.Annotations)
            : throw ColumnError.Mismatch("score", Score, $"a value for each of the {classes} logits of column '{Logits}'", old.Type.ToString()!, ScoreRemedy);
    }

    private static bool Stays(string annotation) => annotation is AnnotationKinds.SlotNames or AnnotationKinds.MissingRows;
}
