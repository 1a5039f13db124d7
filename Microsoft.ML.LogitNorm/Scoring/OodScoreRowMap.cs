using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Any score, a batch at a time.</summary>
internal sealed class OodScoreRowMap(
    DataViewSchema input, OodScore score, OodSource source, IReadOnlyDictionary<string, Tensor> learned, NativeLifetime lifetime, string outputColumnName)
    : RowMap(input, [new DataViewSchema.DetachedColumn(outputColumnName, NumberDataViewType.Single, source.ScoreAnnotations(input))])
{
    public override int BatchSize => source.RowsPerBatch;

    public override IEnumerable<DataViewSchema.Column> Inputs => source.Columns(InputSchema);

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Scores(row, capacity, score, source, learned, lifetime);

    private sealed class Scores(
        DataViewRow row, int capacity, OodScore score, OodSource source, IReadOnlyDictionary<string, Tensor> learned, NativeLifetime lifetime)
        : RowBatch(row, capacity)
    {
        private readonly OodRows _rows = new(row, source);
        private readonly RowPlaces _places = new(capacity);
        private readonly float[] _scores = new float[capacity];

        public override Delegate CreateGetter(int output, Func<int> row) => (ValueGetter<float>)((ref float value) =>
        {
            var at = row();
            EnsureComputed();
            value = _places.Of(at) is { } place ? _scores[place] : float.PositiveInfinity;   // no image: as unusual as can be
        });

        protected override void Read(int row)
        {
            if (_places.Next(row) == 0)
                _rows.Clear();
            _places.Take(row, _rows.Add(Position(row)));
        }

        protected override void Compute()
        {
            using var use = lifetime.Enter();
            if (_places.Count == 0)
                return;
            using var networkUse = source.Network?.Enter();
            using var scope = NewDisposeScope();
            score.Compute(_rows.ToBatch(learned)).CopyTo(_scores, 0);
            for (var place = 0; place < _places.Count; place++)
                if (!float.IsFinite(_scores[place]) && Position(_places.RowAt(place)) is var position)
                    throw new OodScoreException(score.NotFinite(position, _scores[place]), position);
        }
    }
}
