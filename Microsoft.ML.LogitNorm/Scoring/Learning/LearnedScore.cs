using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>A score with what it has learned: all that scoring takes.</summary>
/// <remarks>It owns the tensors, which are on the CPU and outside of any scope, and what it copies of them to another device.</remarks>
/// <param name="score">The score and its hyper-parameters.</param>
/// <param name="tensors">What <see cref="OodScore.Learn(in OodBatch)"/> returned, owned from now on.</param>
/// <param name="shape">What it was learned from; null for a score that learns nothing.</param>
internal sealed class LearnedScore(OodScore score, IReadOnlyDictionary<string, Tensor> tensors, LearnedScore.Sizes? shape) : IDisposable
{
    private readonly Lock _gate = new();
    private IReadOnlyDictionary<string, Tensor>? _onDevice;

    public OodScore Score => score;

    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    public Sizes? Shape => shape;

    /// <summary>A score that has learned from data, or, if it learns nothing, from none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column that the score needs is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The score learns from rows, and there are none, or one cannot be read.</exception>
    /// <exception cref="OodScoreException">The score cannot learn from these rows.</exception>
    public static LearnedScore From(
        OodScore score, IDataView data, IDataView? heldOut, OodColumns columns, ContextLog log, CancellationToken cancellation = default)
    {
        var needed = OodSource.Find(data.Schema, score.Needs, $"score {score.Name}", columns);
        if (score.LearnsFrom is not { } inputs)
            return new(score, new Dictionary<string, Tensor>(), null);
        if (heldOut is not null && score.RanksRows)
            needed.CheckSame(OodSource.Find(heldOut.Schema, score.Needs, $"score {score.Name}", columns), "The held-out rows");
        using var scope = NewDisposeScope();
        var source = OodSource.Find(data.Schema, inputs, $"score {score.Name}", columns);
        var rows = Gather(
            data, source, $"The score {score.Name} learns from the training rows, but there are none. Fit it on the data that the network was trained on.",
            log, cancellation);
        OodBatch? ranking = heldOut is not null && score.RanksRows
            ? HeldOut(heldOut, score.Needs, $"score {score.Name}", columns, log, cancellation)
            : null;
        return From(score, rows, ranking, source, log);
    }

    /// <summary>Reads what a score needs of the rows that it ranks by, as tensors in the current scope.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column that the score needs is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">There are none, or one cannot be read.</exception>
    public static OodBatch HeldOut(
        IDataView heldOut, OodInputs needs, string who, OodColumns columns, ContextLog log, CancellationToken cancellation)
        => Gather(heldOut, OodSource.Find(heldOut.Schema, needs, who, columns), "There are no held-out rows. Give some, or none at all.", log, cancellation);

    /// <summary>A score that has learned from rows; those without a label are left out with a warning, if it learns from labels.</summary>
    /// <exception cref="OodScoreException">The score cannot learn from these rows.</exception>
    public static LearnedScore From(OodScore score, OodBatch rows, OodBatch? heldOut, OodSource source, ContextLog log)
    {
        using var scope = NewDisposeScope();
        if (score.LearnsFrom!.Value.HasFlag(OodInputs.Labels))
            rows = Labelled(score, rows, source, log);
        using var noGradient = no_grad();
        using var networkUse = source.Network?.Enter();
        using var heldOutUse = heldOut?.Network?.Enter();
        var found = heldOut is { } unseen ? score.Learn(rows, unseen) : score.Learn(rows);
        var learned = found.ToDictionary(pair => pair.Key, pair => pair.Value.cpu().contiguous());   // handles of their own, also to a parameter
        foreach (var (name, tensor) in learned)
            if (!TensorData.IsFinite(tensor))
                throw new OodScoreException($"The score {score.Name} learned {name} that are not finite: the training rows hold values too large for it.");
        var sizes = new Sizes(rows.Classes, (int?)rows.Embedding?.shape[1], (int?)rows.LayerStatistics?.shape[1]);
        // or its file could not be read again
        LearnedTensors.CheckShapes(score, sizes, learned.Select(pair => (pair.Key, pair.Value.dtype, pair.Value.shape)));
        return new(score, learned.ToDictionary(pair => pair.Key, pair => pair.Value.DetachFromDisposeScope()), sizes);
    }

    /// <summary>A score with what a file says that it has learned.</summary>
    /// <param name="score">The score.</param>
    /// <param name="from">What it was learned from; null for a score that learns nothing.</param>
    /// <param name="file">What it has learned.</param>
    /// <exception cref="InvalidDataException">The file holds other tensors than the score learns, or values that cannot be.</exception>
    public static LearnedScore Read(OodScore score, Sizes? from, TensorFile file)
    {
        LearnedTensors.CheckShapes(score, from, file.Entries.Select(entry => (entry.Name, entry.Type, entry.Shape)));
        var learned = new LearnedScore(score, file.ReadAll(), from);
        try
        {
            LearnedTensors.CheckValues(score, from, learned.Tensors);
            return learned;
        }
        catch
        {
            learned.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows, as tensors in the current scope.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="source">What to read of them.</param>
    /// <param name="none">What to say if there are none.</param>
    /// <param name="log">Told of rows without an image, which are left out.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <param name="read">Told after each block of rows how many there are.</param>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static OodBatch Gather(
        IDataView data, OodSource source, string none, ContextLog? log = null, CancellationToken cancellation = default, Action<long>? read = null)
    {
        var nothing = new Dictionary<string, Tensor>();
        var batches = new List<OodBatch>();
        string? unreadable;
        using (var cursor = data.GetRowCursor(source.Columns(data.Schema).Concat(LeftOutRows.Columns(data.Schema, source.Vectors))))
        {
            var rows = new OodRows(cursor, source);
            var leftOut = new LeftOutRows(cursor, [.. source.Vectors]);
            long count = 0;
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                if (!rows.Add(cursor, data))
                    leftOut.Add(cursor.Position);
                if (rows.Count == source.RowsPerBlock)
                    Add();
            }
            if (rows.Count > 0)
                Add();
            unreadable = LeftOutRows.NothingLeft([leftOut], "The data to learn from", LeftOutRows.NoOthers);
            if (batches.Count > 0)
                log?.WarnOfLeftOut(LeftOutRows.Warning([leftOut], "rows to learn from"));

            void Add()
            {
                batches.Add(rows.ToBatch(nothing));
                count += rows.Count;
                rows.Clear();
                read?.Invoke(count);
            }
        }
        if (batches is not [var first, ..])
            throw new InvalidOperationException(unreadable ?? none);
        return first with
        {
            Logits = Whole(batch => batch.Logits),
            Embedding = Whole(batch => batch.Embedding),
            LayerStatistics = Whole(batch => batch.LayerStatistics),
            Values = Whole(batch => batch.Values),
            Labels = Whole(batch => batch.Labels),
        };

        Tensor? Whole(Func<OodBatch, Tensor?> part)
        {
            var parts = batches.Select(part).OfType<Tensor>().ToArray();
            var whole = parts.Length == 0 ? null : cat(parts);
            foreach (var tensor in parts)
                tensor.Dispose();
            return whole;
        }
    }

    // As the trainer does, which comes before the score in a pipeline.
    private static OodBatch Labelled(OodScore score, OodBatch rows, OodSource source, ContextLog log)
    {
        var labelled = rows.Labels!.IsNotNegative().nonzero().squeeze(1).cpu();
        var unlabelled = rows.Labels!.shape[0] - labelled.shape[0];
        if (unlabelled == 0)
            return rows;
        if (labelled.shape[0] == 0)
            throw new OodScoreException(
                Invariant($"The score {score.Name} learns from labelled rows, but none of the {unlabelled:N0} training rows ")
                + $"has a label in column '{source.Label!.Value.Name}' that is among the network's classes. "
                + "Give it the rows that the network was trained on.");
        log.WarnOfUnlabelled(unlabelled, "rows", $"the score {score.Name} does not learn from them");
        return rows.Rows(labelled);
    }

    /// <summary>The tensors on a device. Copied to a GPU once, not with each batch: a pipeline has one network, so one device.</summary>
    public IReadOnlyDictionary<string, Tensor> On(Device device)
    {
        if (device.type == DeviceType.CPU)
            return tensors;
        lock (_gate)
            return _onDevice ??= tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to(device).DetachFromDisposeScope());
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values.Concat(_onDevice?.Values ?? []))
            tensor.Dispose();
    }

    /// <summary>Checks that the score is used on a network like the one that it learned from.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The logits or the embedding have another length.</exception>
    public void CheckFits(OodSource source)
    {
        if (shape is null)
            return;
        if (source.LogitsThere is { } logits && shape.Classes is { } classes)
            Check("logits", logits, VectorColumn.SizeOf(logits), classes);
        if (source.Embedding is { } embedding && shape.EmbeddingSize is { } size)
            Check("embedding", embedding, source.EmbeddingSize!.Value, size);
        if (source.LayerStatistics is { } statistics && shape.StatisticsSize is { } count)
            Check("layer statistics", statistics, source.StatisticsSize!.Value, count);

        void Check(string role, DataViewSchema.Column column, int found, int expected)
        {
            if (found != expected)
                throw ColumnError.Mismatch(role, column.Name, $"{expected} values, as the score {score.Name} was fitted on", $"{found}",
                    "It was fitted on rows of another network: fit OodScore on rows of this one.");
        }
    }

    /// <summary>Lengths of the vectors that a score has learned from.</summary>
    /// <param name="Classes">C, of logits or labels; null if neither was looked at.</param>
    /// <param name="EmbeddingSize">D; null if the embedding was not looked at.</param>
    /// <param name="StatisticsSize">S; null if the layer statistics were not looked at.</param>
    public sealed record Sizes(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Classes = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? EmbeddingSize = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? StatisticsSize = null)
    {
        /// <summary>D, for a score that looks at the embedding.</summary>
        /// <exception cref="InvalidDataException">A file does not say it.</exception>
        [JsonIgnore]
        public int Features => EmbeddingSize ?? throw new InvalidDataException("the size of the embedding that the score was learned from is missing.");

        /// <summary>S, for a score that looks at layer statistics.</summary>
        /// <exception cref="InvalidDataException">A file does not say it.</exception>
        [JsonIgnore]
        public int Statistics
            => StatisticsSize ?? throw new InvalidDataException("the number of layer statistics that the score was learned from is missing.");

        /// <summary>C, for a score that looks at logits or labels.</summary>
        /// <exception cref="InvalidDataException">A file does not say it.</exception>
        [JsonIgnore]
        public int ClassCount => Classes ?? throw new InvalidDataException("the number of classes that the score was learned from is missing.");

        /// <summary>Checks what a file could have wrong.</summary>
        /// <exception cref="InvalidDataException">A size is less than 1.</exception>
        public void Check()
        {
            if (Classes < 1 || EmbeddingSize < 1 || StatisticsSize < 1)
                throw new InvalidDataException(
                    $"a score cannot have been learned from {Classes ?? 0} logits, {EmbeddingSize ?? 0} features and {StatisticsSize ?? 0} layer statistics.");
        }
    }
}
