using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to predictions: one forward pass a batch, whichever of the columns are asked for.</summary>
internal sealed class ModelRowMap(DataViewSchema schema, NetworkInput input, ModelSpec spec, TrainedNetwork network)
    : RowMap(schema, ModelColumns.Deliver(schema, schema[input.Name], spec, network))
{
    public override int BatchSize => input.RowsPerBatch;

    public override IEnumerable<DataViewSchema.Column> Inputs
        => [InputSchema[input.Name], .. MissingRows.ToldBeside(InputSchema, InputSchema[input.Name])];

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput)
        => new Batch(row, capacity, input, spec, network, activeOutput((int)ModelOutput.Embedding), activeOutput((int)ModelOutput.LayerStatistics));

    private sealed class Batch : RowBatch
    {
        private delegate void Writer(ReadOnlySpan<float> source, Span<float> destination);

        private static readonly Writer _copy = (source, destination) => source.CopyTo(destination);

        private readonly NetworkInput _input;
        private readonly TrainedNetwork _network;
        private readonly InputReader _reader;
        private readonly byte[] _values;
        private readonly float[] _logits;
        private readonly float[]? _embedding, _statistics;
        private readonly int _classes, _embeddingSize, _statisticsSize;
        private readonly RowPlaces _places;

        public Batch(DataViewRow row, int capacity, NetworkInput input, ModelSpec spec, TrainedNetwork network, bool wantsEmbedding, bool wantsStatistics)
            : base(row, capacity)
        {
            (_input, _network, _classes, _embeddingSize, _statisticsSize) = (input, network, spec.ClassCount, spec.EmbeddingSize, spec.StatisticsSize);
            _reader = input.Open(row);
            _places = new(capacity);
            _values = new byte[capacity * input.BytesPerRow];
            _logits = new float[capacity * _classes];
            _embedding = wantsEmbedding ? new float[capacity * _embeddingSize] : null;
            _statistics = wantsStatistics ? new float[capacity * _statisticsSize] : null;
            if (capacity == 1)
                WarmUp();
        }

        /// <summary>One row at a time is what a prediction engine asks for: its first prediction of a small image takes no longer than the others.</summary>
        /// <remarks>
        /// Large images are cut, as what a model file says of their size must cost nothing before there is one; what is set up once per process is then there.
        /// </remarks>
        private void WarmUp()
        {
            using var scope = NewDisposeScope();
            _network.Forward(zeros([1, .. _input.WarmUpShape], _input.ItemType), _statistics is not null);
        }

        public override Delegate CreateGetter(int output, Func<int> row) => (ModelOutput)output switch
        {
            ModelOutput.PredictedLabel => (ValueGetter<uint>)((ref uint value)
                => value = Row(_logits, _classes, row()) is { IsEmpty: false } logits ? (uint)ArgMax(logits) + 1 : 0),
            ModelOutput.Score => Vector(row, _logits, _classes, Softmax),
            ModelOutput.Logits => Vector(row, _logits, _classes, _copy),
            ModelOutput.Embedding => Vector(row, _embedding!, _embeddingSize, _copy),
            _ => Vector(row, _statistics!, _statisticsSize, _copy),
        };

        protected override void Read(int row)
        {
            var bytes = _values.AsSpan(_places.Next(row) * _input.BytesPerRow, _input.BytesPerRow);
            var present = _reader.Read(bytes);
            if (present && _input.ItemType == ScalarType.Float32)
                CheckFinite(row, MemoryMarshal.Cast<byte, float>(bytes));
            _places.Take(row, present);
        }

        protected override void Compute()
        {
            if (_places.Count == 0)
                return;
            using var scope = NewDisposeScope();
            var rows = _input.Room(_places.Count);
            _values.AsSpan(0, _places.Count * _input.BytesPerRow).CopyTo(rows.bytes);
            var (logits, embedding, statistics) = _network.Forward(rows, _statistics is not null);
            Take(logits, _logits);
            CheckFinite();
            if (_embedding is not null)
                Take(embedding, _embedding);
            if (_statistics is not null)
                Take(statistics!, _statistics);

            static void Take(Tensor tensor, float[] values) => tensor.cpu().contiguous().data<float>().CopyTo(values.AsSpan(0, (int)tensor.numel()));
        }

        private void CheckFinite(int row, ReadOnlySpan<float> values)
        {
            foreach (var value in values)
                if (!float.IsFinite(value))
                    throw RowError.Naming(
                        Position(row),
                        Invariant($"Column '{_input.Name}' has a {_input.Item} that is {value} in row {Position(row)} (counted from 0): ")
                        + "it cannot be classified. Remove the row or fix it.");
        }

        // A class would come of them like of any others: NaN is larger than nothing, so the first.
        private void CheckFinite()
        {
            for (var i = 0; i < _places.Count * _classes; i++)
                if (!float.IsFinite(_logits[i]) && Position(_places.RowAt(i / _classes)) is var position)
                    throw RowError.Naming(
                        position,
                        Invariant($"The logits of row {position} (counted from 0) are not finite: one is {_logits[i]}. ")
                        + "Does the row hold values far outside those of training, or did training diverge?");
        }

        // Nothing for a row that is missing.
        private ReadOnlySpan<float> Row(float[] values, int size, int row)
        {
            EnsureComputed();
            return _places.Of(row) is { } place ? values.AsSpan(place * size, size) : [];
        }

        private ValueGetter<VBuffer<float>> Vector(Func<int> row, float[] values, int size, Writer write) => (ref VBuffer<float> value) =>
        {
            var source = Row(values, size, row());
            var editor = VBufferEditor.Create(ref value, size);
            if (source.IsEmpty)
                editor.Values.Fill(float.NaN);
            else
                write(source, editor.Values);
            value = editor.Commit();
        };

        private static int ArgMax(ReadOnlySpan<float> logits)
        {
            var best = 0;
            for (var i = 1; i < logits.Length; i++)
                if (logits[i] > logits[best])
                    best = i;
            return best;
        }

        private static void Softmax(ReadOnlySpan<float> logits, Span<float> destination)
        {
            var max = logits[ArgMax(logits)];
            var sum = 0.0;
            foreach (var logit in logits)
                sum += Math.Exp(logit - max);
            for (var i = 0; i < logits.Length; i++)
                destination[i] = (float)(Math.Exp(logits[i] - max) / sum);
        }
    }
}
