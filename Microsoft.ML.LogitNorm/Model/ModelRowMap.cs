using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to predictions: one forward pass a batch, whichever of the columns are asked for.</summary>
internal sealed class ModelRowMap(DataViewSchema schema, NetworkInput input, ModelSpec spec, TrainedNetwork network)
    : RowMap(schema, ModelColumns.Deliver(schema, spec, network))
{
    public override int BatchSize => input.RowsPerBatch;

    public override IEnumerable<DataViewSchema.Column> Inputs => [InputSchema[input.Name]];

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput)
        => new Batch(row, capacity, input, spec, network, activeOutput((int)ModelOutput.Embedding), activeOutput((int)ModelOutput.LayerStatistics));

    private sealed class Batch : RowBatch
    {
        private readonly NetworkInput _input;
        private readonly TrainedNetwork _network;
        private readonly InputReader _reader;
        private readonly byte[] _values;
        private readonly float[] _logits;
        private readonly float[]? _embedding, _statistics;
        private readonly int _classes, _embeddingSize, _statisticsSize;

        public Batch(DataViewRow row, int capacity, NetworkInput input, ModelSpec spec, TrainedNetwork network, bool wantsEmbedding, bool wantsStatistics)
            : base(row, capacity)
        {
            (_input, _network, _classes, _embeddingSize, _statisticsSize) = (input, network, spec.ClassCount, spec.EmbeddingSize, spec.StatisticsSize);
            _reader = input.Open(row);
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
            ModelOutput.PredictedLabel => (ValueGetter<uint>)((ref uint value) => value = (uint)ArgMax(Row(_logits, _classes, row())) + 1),
            ModelOutput.Score => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Softmax(Row(_logits, _classes, row()), ref value)),
            ModelOutput.Logits => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Row(_logits, _classes, row()), ref value)),
            ModelOutput.Embedding => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Row(_embedding!, _embeddingSize, row()), ref value)),
            _ => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Row(_statistics!, _statisticsSize, row()), ref value)),
        };

        protected override void Read(int row)
        {
            var bytes = _values.AsSpan(row * _input.BytesPerRow, _input.BytesPerRow);
            _reader.Read(bytes);
            if (_input.ItemType == ScalarType.Float32)
                foreach (var value in MemoryMarshal.Cast<byte, float>(bytes))
                    if (!float.IsFinite(value))
                        throw RowError.Naming(
                            Position(row),
                            Invariant($"Column '{_input.Name}' has a {_input.Item} that is {value} in row {Position(row)} (counted from 0): ")
                            + "it cannot be classified. Remove the row or fix it.");
        }

        protected override void Compute()
        {
            using var scope = NewDisposeScope();
            var rows = _input.Room(Count);
            _values.AsSpan(0, Count * _input.BytesPerRow).CopyTo(rows.bytes);
            var (logits, embedding, statistics) = _network.Forward(rows, _statistics is not null);
            Take(logits, _logits);
            CheckFinite();
            if (_embedding is not null)
                Take(embedding, _embedding);
            if (_statistics is not null)
                Take(statistics!, _statistics);

            static void Take(Tensor tensor, float[] values) => tensor.cpu().contiguous().data<float>().CopyTo(values.AsSpan(0, (int)tensor.numel()));
        }

        // A class would come of them like of any others: NaN is larger than nothing, so the first.
        private void CheckFinite()
        {
            for (var i = 0; i < Count * _classes; i++)
                if (!float.IsFinite(_logits[i]))
                    throw RowError.Naming(
                        Position(i / _classes),
                        Invariant($"The logits of row {Position(i / _classes)} (counted from 0) are not finite: one is {_logits[i]}. ")
                        + "Does the row hold values far outside those of training, or did training diverge?");
        }

        private ReadOnlySpan<float> Row(float[] values, int size, int row)
        {
            EnsureComputed();
            return values.AsSpan(row * size, size);
        }

        private static int ArgMax(ReadOnlySpan<float> logits)
        {
            var best = 0;
            for (var i = 1; i < logits.Length; i++)
                if (logits[i] > logits[best])
                    best = i;
            return best;
        }

        private static void Softmax(ReadOnlySpan<float> logits, ref VBuffer<float> destination)
        {
            var editor = VBufferEditor.Create(ref destination, logits.Length);
            var max = logits[ArgMax(logits)];
            var sum = 0.0;
            foreach (var logit in logits)
                sum += Math.Exp(logit - max);
            for (var i = 0; i < logits.Length; i++)
                editor.Values[i] = (float)(Math.Exp(logits[i] - max) / sum);
            destination = editor.Commit();
        }

        private static void Copy(ReadOnlySpan<float> source, ref VBuffer<float> destination)
        {
            var editor = VBufferEditor.Create(ref destination, source.Length);
            source.CopyTo(editor.Values);
            destination = editor.Commit();
        }
    }
}
