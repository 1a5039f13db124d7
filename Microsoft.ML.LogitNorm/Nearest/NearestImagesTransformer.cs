using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Appends <c>NearestImages</c> and <c>NearestSimilarities</c>; made by <see cref="NearestImagesEstimator"/>.</summary>
public sealed class NearestImagesTransformer : RowToRowTransformer
{
    internal const string LoaderSignature = "LogitNormNearestImages";

    private static readonly ModelFormat _format = new(
        "collection of training images", "LNNEARIM", LoaderSignature, Written: 0x00010001, ReadableFrom: 0x00010001, OldestRead: 0x00010001);

    private readonly NearestColumns _columns;
    private readonly KeptImages _kept;

    internal NearestImagesTransformer(IHostEnvironment env, NearestColumns columns, int count, KeptImages kept)
        : base(env)
        => (_columns, Count, _kept) = (columns, count, kept);

    /// <summary>How many images are named for each row.</summary>
    public int Count { get; }

    /// <summary>The images that are kept: the column <c>NearestImages</c> holds numbers of this list, counted from 0.</summary>
    public IReadOnlyList<NearestImage> Images => _kept.Images;

    private protected override ModelFormat Format => _format;

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var embedding = _columns.Find(inputSchema, _kept.EmbeddingSize);
        return new NearestRowMap(inputSchema, embedding, _columns.Deliver(inputSchema, embedding, Count), Count, _kept);
    }

    private protected override void Save(ModelWriter writer)
    {
        using var scope = NewDisposeScope();
        writer.Json("Nearest", new Saved(_columns, Count, _kept.Classes), saved => saved.Check());
        writer.Tensors("Nearest", _kept.ToTensors());
    }

    private static NearestImagesTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        TorchRuntime.EnsureAvailable(env);
        var reader = new ModelReader(context, _format);
        var saved = reader.Json<Saved>("Nearest", read => read.Check());
        var kept = reader.Tensors("Nearest", file => KeptImages.Read(file, saved.Classes, saved.Count));
        return new(env, saved.Columns, saved.Count, kept);
    }

    private sealed record Saved(NearestColumns Columns, int Count, IReadOnlyList<string> Classes)
    {
        public void Check()
        {
            Columns.Check();
            if (Count < 1)
                throw new InvalidDataException(Invariant($"{Count} images of a row cannot be."));
            if (Classes.Contains(null!))
                throw new InvalidDataException("a class has no name.");
        }
    }

    /// <summary>Some hundred products a row: nothing to gain from batches.</summary>
    private sealed class NearestRowMap(
        DataViewSchema input, DataViewSchema.Column embedding, DataViewSchema.DetachedColumn[] outputs, int count, KeptImages kept)
        : RowMap(input, outputs)
    {
        public override int BatchSize => 1;

        public override IEnumerable<DataViewSchema.Column> Inputs => [embedding];

        public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Nearest(row, embedding, count, kept);
    }

    private sealed class Nearest(DataViewRow row, DataViewSchema.Column column, int count, KeptImages kept) : RowBatch(row, capacity: 1)
    {
        private readonly VectorReader _embedding = new(row, column, NearestColumns.Consequence);
        private readonly float[] _values = new float[VectorColumn.SizeOf(column)];
        private readonly int[] _images = new int[count];
        private readonly float[] _similarities = new float[count];
        private bool _isMissing;

        public override Delegate CreateGetter(int output, Func<int> row) => output == 0 ? Getter(_images, row) : Getter(_similarities, row);

        protected override void Read(int row) => _isMissing = !_embedding.Read(_values, Position(0));

        protected override void Compute()
        {
            if (_isMissing)
            {
                Array.Fill(_images, -1);
                Array.Fill(_similarities, float.NaN);
                return;
            }
            kept.FindNearest(_values, _images, _similarities);
        }

        private ValueGetter<VBuffer<T>> Getter<T>(T[] values, Func<int> row) => (ref VBuffer<T> value) =>
        {
            row();
            EnsureComputed();
            var editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        };
    }
}
