using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The columns of nearest training images.</summary>
/// <param name="Embedding">Read: what is compared.</param>
/// <param name="Images">Appended: the nearest images, by number.</param>
/// <param name="Similarities">Appended: how near each is.</param>
internal sealed record NearestColumns(string Embedding, string Images, string Similarities)
{
    /// <summary>What does not become of an embedding that is not finite.</summary>
    public const string Consequence = "nothing is near it";

    private const string Role = "embedding";
    private const string Remedy = "Append the LogitNorm trainer (or its model) before NearestImages, or name the column of another model's features.";

    /// <exception cref="ArgumentException">A name is empty, or both outputs have the same.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Embedding, "embeddingColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Images, "outputColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Similarities, "similarityColumnName");
        if (Images == Similarities)
            throw new ArgumentException($"Images and similarities cannot both be called '{Similarities}'.", "similarityColumnName");
    }

    /// <summary>Finds the embedding.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or has another type.</exception>
    public DataViewSchema.Column Find(DataViewSchema schema) => VectorColumn.Find(schema, Role, Embedding, Remedy);

    /// <summary>Finds an embedding to compare with those that were kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or has another type or size.</exception>
    public DataViewSchema.Column Find(DataViewSchema schema, int size)
    {
        var column = Find(schema);
        return VectorColumn.SizeOf(column) == size
            ? column
            : throw ColumnError.Mismatch(
                Role, Embedding, $"Vector<Single, {size}>, as of the images that were kept", column.Type.ToString()!,
                "The images belong to one model: fit NearestImages on the training rows of this one.");
    }

    /// <summary>What the estimator promises.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The embedding is missing or has another type.</exception>
    public SchemaShape Promise(SchemaShape input)
    {
        var embedding = VectorColumn.Check(input, Role, Embedding, Remedy);
        return Shapes.Append(
            input,
            Shapes.Column(Images, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Int32),
            Shapes.Column(
                Similarities, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: MissingRows.Shape(input, embedding)));
    }

    /// <summary>What the transformer appends.</summary>
    /// <param name="input">The columns of the data.</param>
    /// <param name="embedding">The embedding among them.</param>
    /// <param name="count">How many images are named.</param>
    public DataViewSchema.DetachedColumn[] Deliver(DataViewSchema input, DataViewSchema.Column embedding, int count)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        MissingRows.HandOn(annotations, input, embedding);
        return
        [
            new(Images, new VectorDataViewType(NumberDataViewType.Int32, count), null),
            new(Similarities, new VectorDataViewType(NumberDataViewType.Single, count), annotations.ToAnnotations()),
        ];
    }
}
