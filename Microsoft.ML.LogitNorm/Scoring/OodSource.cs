using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Where a score, or several, find their inputs in a schema.</summary>
/// <param name="Logits">The logits' column, if needed.</param>
/// <param name="Embedding">The embedding's column, if needed.</param>
/// <param name="LayerStatistics">The layer statistics' column, if needed.</param>
/// <param name="Network">The network behind the logits, if needed.</param>
/// <param name="Input">The column that the network takes, if needed.</param>
/// <param name="Label">The labels' column, if needed.</param>
internal sealed record OodSource(
    DataViewSchema.Column? Logits,
    DataViewSchema.Column? Embedding,
    DataViewSchema.Column? LayerStatistics,
    TrainedNetwork? Network,
    NetworkInput? Input,
    DataViewSchema.Column? Label)
{
    private const long BlockBytes = 16 << 20;
    private const string AppendTrainer = "Append the LogitNorm trainer (or its model) before OodScore, or name the column.";

    /// <summary>
    /// The logits' column, read or not: that of this library's network tells how many classes there are. Null where there is none, or one of another origin
    /// that is not read.
    /// </summary>
    public DataViewSchema.Column? LogitsThere { get; init; } = Logits;

    /// <summary>C, the number of classes, of the logits or else of the labels; null if there are neither.</summary>
    public int? Classes => LogitsThere is { } logits ? VectorColumn.SizeOf(logits) : Label?.Type.GetKeyCountAsInt32();

    /// <summary>D, if the embedding is needed.</summary>
    public int? EmbeddingSize => Embedding is { } column ? VectorColumn.SizeOf(column) : null;

    /// <summary>S, if the layer statistics are needed.</summary>
    public int? StatisticsSize => LayerStatistics is { } column ? VectorColumn.SizeOf(column) : null;

    /// <summary>
    /// Rows to score together: enough that torch's cost per call does not count, and fewer where rows are looked at and large.
    /// Rows that pass through are held in memory for so long.
    /// </summary>
    public int RowsPerBatch => Input?.RowsPerBatch ?? 128;

    /// <summary>Rows to read before they become tensors, where all rows are gathered: some megabytes of them, however large one is.</summary>
    public int RowsPerBlock => (int)Math.Clamp(BlockBytes / BytesPerRow, 1, 1024);

    private long BytesPerRow => (((Classes ?? 0) + (long)(EmbeddingSize ?? 0) + (StatisticsSize ?? 0)) * sizeof(float)) + (Input?.BytesPerRow ?? 0);

    /// <summary>The annotation of the score, where rows may be missing from what it is made of.</summary>
    /// <param name="schema">The columns of the data.</param>
    public DataViewSchema.Annotations ScoreAnnotations(DataViewSchema schema)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (Vectors.OrderByDescending(MissingRows.MayBeIn).FirstOrDefault() is { Type: not null } column)
            MissingRows.HandOn(annotations, schema, column);
        return annotations.ToAnnotations();
    }

    /// <summary>The annotation of the score, as its estimator promises it.</summary>
    public static SchemaShape.Column[] ScoreAnnotationShapes(SchemaShape schema, OodScore score, OodColumns columns)
    {
        (OodInputs Input, string Name)[] read =
            [(OodInputs.Logits, columns.Logits), (OodInputs.Embedding, columns.Embedding), (OodInputs.LayerStatistics, columns.LayerStatistics)];
        return [.. read.Where(column => score.Needs.HasFlag(column.Input))
            .SelectMany(column => MissingRows.Shape(schema, schema.First(found => found.Name == column.Name))).Take(1)];
    }

    /// <summary>Checks what can be known before the data is there: for scoring, and for learning if the score learns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the logits have lost their network.</exception>
    public static void Check(SchemaShape schema, OodScore score, OodColumns columns)
    {
        var inputs = score.Needs | (score.LearnsFrom ?? default);
        var who = $"score {score.Name}";
        IEnumerable<SchemaShape.Column> annotations = inputs.HasFlag(OodInputs.Logits)
            ? Vector(schema, columns.Logits, "logits", who).Annotations
            : Enumerable.Empty<SchemaShape.Column>();
        if (inputs.HasFlag(OodInputs.Embedding))
            Vector(schema, columns.Embedding, "embedding", who);
        if (inputs.HasFlag(OodInputs.LayerStatistics))
            Vector(schema, columns.LayerStatistics, "layer statistics", who);
        if (inputs.HasFlag(OodInputs.Network) && annotations.All(annotation => annotation.Name != AnnotationKinds.Network))
            throw NetworkLost(who, columns.Logits);
        if (inputs.HasFlag(OodInputs.LinearHead) && annotations.All(annotation => annotation.Name != AnnotationKinds.LinearHead))
            throw NotLinear(who, columns.Logits, "logits of another head");
        if (inputs.HasFlag(OodInputs.Labels))
            LabelColumn.Check(schema, columns.Label);
    }

    /// <summary>Finds what is needed.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="inputs">What to find.</param>
    /// <param name="who">Who needs it, such as "score Energy", for messages.</param>
    /// <param name="columns">The columns' names.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the logits have lost their network.</exception>
    public static OodSource Find(DataViewSchema schema, OodInputs inputs, string who, OodColumns columns)
    {
        DataViewSchema.Column? logits = inputs.HasFlag(OodInputs.Logits) ? Vector(schema, columns.Logits, "logits", who) : null;
        DataViewSchema.Column? embedding = inputs.HasFlag(OodInputs.Embedding) ? Vector(schema, columns.Embedding, "embedding", who) : null;
        DataViewSchema.Column? statistics = inputs.HasFlag(OodInputs.LayerStatistics)
            ? Vector(schema, columns.LayerStatistics, "layer statistics", who)
            : null;
        var there = logits ?? (schema.GetColumnOrNull(columns.Logits) is { } column && IsOfANetwork(column) ? column : null);
        var network = inputs.HasFlag(OodInputs.Network) ? FindNetwork(logits!.Value, who) : null;
        if (inputs.HasFlag(OodInputs.LinearHead) && network!.Classifier.Head is not LinearHead)
            throw NotLinear(who, columns.Logits, $"logits of Head.{network.Classifier.Head}");
        var input = inputs.HasFlag(OodInputs.Rows) ? network!.Input.Bind(schema) : null;
        DataViewSchema.Column? label = inputs.HasFlag(OodInputs.Labels) ? FindLabel(schema, columns.Label, there, who) : null;
        return new(logits, embedding, statistics, network, input, label) { LogitsThere = there };
    }

    /// <summary>The columns to read for a row.</summary>
    public IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema)
        => [.. Vectors, .. Marks(schema), .. ((DataViewSchema.Column?[])[Input is null ? null : schema[Input.Name], Label]).OfType<DataViewSchema.Column>()];

    /// <summary>Checks that other rows went through a network of the same sizes and, where the network itself is needed, through the same one.</summary>
    /// <param name="other">What was found of them by the same needs.</param>
    /// <param name="rows">What they are called: the beginning of a sentence.</param>
    /// <exception cref="ArgumentOutOfRangeException">They did not.</exception>
    public void CheckSame(OodSource other, string rows)
    {
        Check("logits", Logits, other.Logits);
        Check("embedding", Embedding, other.Embedding);
        Check("layer statistics", LayerStatistics, other.LayerStatistics);
        if (Network is not null && !ReferenceEquals(Network, other.Network))
            throw ColumnError.Mismatch("logits", other.Logits!.Value.Name, "those of the network that the training rows went through", "those of another",
                $"{rows} are scored by the network itself: transform both by the same model.");

        void Check(string role, DataViewSchema.Column? mine, DataViewSchema.Column? its)
        {
            if (mine is { } known && its is { } found && VectorColumn.SizeOf(known) != VectorColumn.SizeOf(found))
                throw ColumnError.Mismatch(role, found.Name, $"{VectorColumn.SizeOf(known)} values, as the training rows have", $"{VectorColumn.SizeOf(found)}",
                    $"{rows} went through another network: transform both by the same model.");
        }
    }

    /// <summary>The columns of numbers among them.</summary>
    public IEnumerable<DataViewSchema.Column> Vectors => ((DataViewSchema.Column?[])[Logits, Embedding, LayerStatistics]).OfType<DataViewSchema.Column>();

    private IEnumerable<DataViewSchema.Column> Marks(DataViewSchema schema)
        => Vectors.SelectMany(column => MissingRows.ToldBeside(schema, column)).DistinctBy(column => column.Index);

    private static bool IsOfANetwork(DataViewSchema.Column logits)
        => logits.Annotations.Schema.GetColumnOrNull(AnnotationKinds.Network) is { Type: NetworkType };

    private static TrainedNetwork FindNetwork(DataViewSchema.Column logits, string who)
    {
        if (!IsOfANetwork(logits))
            throw NetworkLost(who, logits.Name);
        TrainedNetwork network = null!;
        logits.Annotations.GetValue(AnnotationKinds.Network, ref network);
        return network;
    }

    private static DataViewSchema.Column FindLabel(DataViewSchema schema, string name, DataViewSchema.Column? logits, string who)
    {
        var label = LabelColumn.Find(schema, name);
        return logits is not { } column || label.ClassCount == VectorColumn.SizeOf(column)
            ? schema[name]
            : throw ColumnError.Mismatch("label", name, $"{VectorColumn.SizeOf(column)} classes, as column '{column.Name}' has", label.ClassesText,
                $"The {who} learns from the labels of the network's own classes: fit it on data of the pipeline that the network was trained in.");
    }

    private static SchemaShape.Column Vector(SchemaShape schema, string name, string role, string who)
        => VectorColumn.Check(schema, role, name, NeededBy(who));

    private static DataViewSchema.Column Vector(DataViewSchema schema, string name, string role, string who)
        => VectorColumn.Find(schema, role, name, NeededBy(who));

    private static string NeededBy(string who) => $"The {who} needs it. {AppendTrainer}";

    private static Exception NotLinear(string who, string column, string found)
        => ColumnError.Mismatch("logits", column, $"logits of a linear head, as the {who} takes them", found,
            "Choose a score that takes any head, such as MaxSoftmax, NearestNeighbours or MaxCosine, or train with Head.Linear().");

    private static Exception NetworkLost(string who, string column)
        => ColumnError.Mismatch("logits", column, $"the annotation '{AnnotationKinds.Network}', which the {who} reads", "a column without it",
            "A transform between the model and OodScore made the column anew, or it was read from a file: put OodScore directly after the model.");
}
