using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rewrites <c>Score</c> as the softmax of the logits at a fitted temperature; made by <see cref="TemperatureScalingEstimator"/>.</summary>
/// <remarks><c>PredictedLabel</c>, <c>Logits</c> and what was made of them, such as <c>OodScore</c>, stay as they are.</remarks>
public sealed class TemperatureScalingTransformer : RowToRowTransformer
{
    internal const string LoaderSignature = "LogitNormTemperature";

    private static readonly ModelFormat _format = new(
        "temperature scaling", "LNTEMPSC", LoaderSignature, Written: 0x00010002, ReadableFrom: 0x00010002, OldestRead: 0x00010002);

    private readonly ScalingColumns _columns;
    private readonly int _classCount;

    internal TemperatureScalingTransformer(IHostEnvironment env, ScalingColumns columns, int classCount, double temperature)
        : base(env)
        => (_columns, _classCount, Temperature) = (columns, classCount, temperature);

    /// <summary>
    /// What the logits are divided by, in [1e-6, 1e6]: above 1 where the network was too sure of itself, below 1 where it was not sure enough.
    /// </summary>
    public double Temperature { get; }

    /// <summary>The columns that it reads and writes.</summary>
    internal ScalingColumns Columns => _columns;

    private protected override ModelFormat Format => _format;

    /// <exception cref="InvalidOperationException">A logit is NaN or infinite; names column and row.</exception>
    internal static void CheckFinite<T>(ReadOnlySpan<T> logits, string columnName, long row)
        where T : IFloatingPointIeee754<T>
        => RowError.CheckFinite(logits, columnName, row, "there is no softmax of it");

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var logits = VectorColumn.Find(inputSchema, ScalingColumns.LogitsRole, _columns.Logits, ScalingColumns.LogitsRemedy);
        if (VectorColumn.SizeOf(logits) != _classCount)
            throw ColumnError.Mismatch(
                ScalingColumns.LogitsRole, _columns.Logits, $"the {_classCount} classes that this TemperatureScaling was fitted on", logits.Type.ToString()!,
                "A temperature belongs to one model: fit TemperatureScaling on held-out rows of this one.");
        return new ScalingRowMap(inputSchema, logits, _columns.Deliver(inputSchema, logits), Temperature);
    }

    private protected override void Save(ModelWriter writer) => writer.Json("Scaling", new Saved(_columns, _classCount, Temperature), saved => saved.Check());

    private static TemperatureScalingTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        var saved = new ModelReader(context, _format).Json<Saved>("Scaling", read => read.Check());
        return new(env, saved.Columns, saved.ClassCount, saved.Temperature);
    }

    private sealed record Saved(ScalingColumns Columns, int ClassCount, double Temperature)
    {
        public void Check()
        {
            Columns.Check();
            if (ClassCount < 1)
                throw new InvalidDataException($"{ClassCount} classes cannot be.");
            if (Temperature is not (>= TemperatureSearch.Lowest and <= TemperatureSearch.Highest))
                throw new InvalidDataException(Invariant($"a temperature of {Temperature} cannot be."));
        }
    }

    /// <summary>A few exponentials a row: nothing to gain from batches.</summary>
    private sealed class ScalingRowMap(DataViewSchema input, DataViewSchema.Column logits, DataViewSchema.DetachedColumn score, double temperature)
        : RowMap(input, [score])
    {
        public override int BatchSize => 1;

        public override IEnumerable<DataViewSchema.Column> Inputs => [logits];

        public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Scaled(row, logits, temperature);
    }

    private sealed class Scaled(DataViewRow row, DataViewSchema.Column column, double temperature) : RowBatch(row, capacity: 1)
    {
        private readonly ValueGetter<VBuffer<float>> _getLogits = row.GetGetter<VBuffer<float>>(column);
        private readonly float[] _logits = new float[VectorColumn.SizeOf(column)];
        private readonly double[] _weights = new double[VectorColumn.SizeOf(column)];
        private readonly bool _mayBeMissing = MissingRows.MayBeIn(column);
        private VBuffer<float> _buffer;
        private double _sum;

        public override Delegate CreateGetter(int output, Func<int> row) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            row();
            EnsureComputed();
            var editor = VBufferEditor.Create(ref value, _weights.Length);
            for (var c = 0; c < _weights.Length; c++)
                editor.Values[c] = (float)(_weights[c] / _sum);
            value = editor.Commit();
        });

        protected override void Read(int row)
        {
            _getLogits(ref _buffer);
            _buffer.CopyTo(_logits);
        }

        protected override void Compute()
        {
            if (_mayBeMissing && MissingRows.IsMissing(_logits))
            {
                Array.Fill(_weights, double.NaN);
                return;
            }
            CheckFinite<float>(_logits, column.Name, Position(0));
            double largest = _logits.Max();
            _sum = 0;
            for (var c = 0; c < _weights.Length; c++)
                _sum += _weights[c] = Math.Exp((_logits[c] - largest) / temperature);
        }
    }
}
