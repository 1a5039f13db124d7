using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Any score, a batch at a time.</summary>
internal sealed class OodScoreRowMap(
    DataViewSchema input, OodScore score, OodSource source, IReadOnlyDictionary<string, Tensor> learned, NativeLifetime lifetime, string outputColumnName)
    : RowMap(input, [new DataViewSchema.DetachedColumn(outputColumnName, NumberDataViewType.Single, null)])
{
    public override int BatchSize => source.RowsPerBatch;

    public override IEnumerable<DataViewSchema.Column> Inputs => source.Columns(InputSchema);

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Scores(row, capacity, score, source, learned, lifetime);

    private sealed class Scores(
        DataViewRow row, int capacity, OodScore score, OodSource source, IReadOnlyDictionary<string, Tensor> learned, NativeLifetime lifetime)
        : RowBatch(row, capacity)
    {
        private readonly OodRows _rows = new(row, source);
        private readonly float[] _scores = new float[capacity];

        public override Delegate CreateGetter(int output, Func<int> row) => (ValueGetter<float>)((ref float value) =>
        {
            var at = row();
            EnsureComputed();
            value = _scores[at];
        });

        protected override void Read(int row)
        {
            if (row == 0)
                _rows.Clear();
            _rows.Add(Position(row));
        }

        protected override void Compute()
        {
            using var use = lifetime.Enter();
            using var networkUse = source.Network?.Enter();
            using var scope = NewDisposeScope();
            score.Compute(_rows.ToBatch(learned)).CopyTo(_scores, 0);
            for (var row = 0; row < Count; row++)
                if (!float.IsFinite(_scores[row]))
                    throw new OodScoreException(score.NotFinite(Position(row), _scores[row]), Position(row));
        }
    }
}
