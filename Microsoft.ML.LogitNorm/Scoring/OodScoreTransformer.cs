using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Appends an out-of-distribution score to each row; made by <see cref="OodScoreEstimator"/>.</summary>
public sealed class OodScoreTransformer : RowToRowTransformer, IDisposable
{
    internal const string LoaderSignature = "LogitNormOodScore";

    private static readonly ModelFormat _format = new(
        "out-of-distribution score", "LNOODSCR", LoaderSignature, Written: 0x00010004, ReadableFrom: 0x00010004, OldestRead: 0x00010003);

    private readonly LearnedScore _learned;
    private readonly string _outputColumnName;
    private readonly OodColumns _columns;
    private readonly NativeLifetime _lifetime;

    internal OodScoreTransformer(IHostEnvironment env, LearnedScore learned, string outputColumnName, OodColumns columns)
        : base(env)
    {
        (_learned, _outputColumnName, _columns) = (learned, outputColumnName, columns);
        _lifetime = new(typeof(OodScoreTransformer), learned.Dispose);
    }

    /// <summary>The score and its hyper-parameters.</summary>
    public OodScore Score => _learned.Score;

    /// <summary>The score with what it learned, which stands as long as <see cref="Enter"/> says.</summary>
    internal LearnedScore Learned => _learned;

    /// <summary>Keeps what the score learned while the caller computes with it.</summary>
    /// <exception cref="ObjectDisposedException">The transformer has been disposed of.</exception>
    internal NativeLifetime.Use Enter() => _lifetime.Enter();

    /// <summary>The columns that it reads.</summary>
    internal OodColumns Columns => _columns;

    /// <summary>The column that it appends.</summary>
    internal string OutputColumnName => _outputColumnName;

    private protected override ModelFormat Format => _format;

    /// <summary>
    /// Frees what the score learned. Scoring afterwards throws an <see cref="ObjectDisposedException"/>; a batch that another thread is scoring
    /// is scored to its end first.
    /// </summary>
    public void Dispose() => _lifetime.Dispose();

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var source = OodSource.Find(inputSchema, Score.Needs, $"score {Score.Name}", _columns);
        _learned.CheckFits(source);
        return new OodScoreRowMap(inputSchema, Score, source, LearnedOn(source.Network?.Device ?? CPU), _lifetime, _outputColumnName);
    }

    private protected override void Save(ModelWriter writer)
    {
        using var use = _lifetime.Enter();
        writer.Json(
            "Score",
            new Saved(Score, _outputColumnName, _columns.Logits, _columns.Embedding, _columns.LayerStatistics, _learned.Shape),
            saved => saved.Check());
        writer.Tensors("Learned", [.. _learned.Tensors.Select(pair => (pair.Key, pair.Value))]);
    }

    private IReadOnlyDictionary<string, Tensor> LearnedOn(Device device)
    {
        if (device.type == DeviceType.CPU)
            return _learned.Tensors;
        using var use = _lifetime.Enter();   // another thread may dispose of the transformer meanwhile
        return _learned.On(device);
    }

    private static OodScoreTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        TorchRuntime.EnsureAvailable(env);
        var reader = new ModelReader(context, _format);
        var saved = reader.Json<Saved>("Score", read => read.Check());
        return new(env, reader.Tensors("Learned", file => LearnedScore.Read(saved.Score, saved.LearnedFrom, file)), saved.OutputColumnName,
            new(saved.LogitsColumnName, saved.EmbeddingColumnName, saved.LayerStatisticsColumnName));
    }

    private sealed record Saved(
        OodScore Score,
        string OutputColumnName,
        string LogitsColumnName,
        string EmbeddingColumnName,
        string LayerStatisticsColumnName = ColumnNames.LayerStatistics,   // files of before have none
        LearnedScore.Sizes? LearnedFrom = null)
    {
        public void Check()
        {
            ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
            ArgumentException.ThrowIfNullOrEmpty(LogitsColumnName);
            ArgumentException.ThrowIfNullOrEmpty(EmbeddingColumnName);
            ArgumentException.ThrowIfNullOrEmpty(LayerStatisticsColumnName);
            if (Score.Learns != LearnedFrom is not null)
                throw new InvalidDataException($"it {(Score.Learns ? "does not say" : "says")} what the score {Score.Name} was learned from.");
            LearnedFrom?.Check();
        }
    }
}
