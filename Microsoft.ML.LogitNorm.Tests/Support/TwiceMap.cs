using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The simplest map: a number times two. A number that is NaN cannot be read. Counts how often it computes.</summary>
internal sealed class TwiceMap(DataViewSchema input, int batchSize, string source = "Number", string output = "Twice")
    : RowMap(input, [new DataViewSchema.DetachedColumn(output, NumberDataViewType.Single, null)])
{
    public const string Unreadable = "NaN cannot be read";

    private readonly DataViewSchema.Column _source = input[source];

    public int Computations { get; private set; }

    public override int BatchSize => batchSize;

    /// <summary>The data with the number's double appended.</summary>
    public static IDataView Append(IDataView data, int batchSize, string source = "Number", string output = "Twice")
        => new MappedDataView(data, new TwiceMap(data.Schema, batchSize, source, output), nameof(TwiceMap));

    public override IEnumerable<DataViewSchema.Column> Inputs => [_source];

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Batch(this, row, capacity);

    private sealed class Batch(TwiceMap map, DataViewRow row, int capacity) : RowBatch(row, capacity)
    {
        private readonly ValueGetter<float> _get = row.GetGetter<float>(row.Schema[map._source.Index]);
        private readonly float[] _numbers = new float[capacity];
        private readonly float[] _doubles = new float[capacity];

        public override Delegate CreateGetter(int output, Func<int> row) => (ValueGetter<float>)((ref float value) =>
        {
            var at = row();
            EnsureComputed();
            value = _doubles[at];
        });

        protected override void Read(int row)
        {
            _get(ref _numbers[row]);
            if (float.IsNaN(_numbers[row]))
                throw new InvalidOperationException(Unreadable);
        }

        protected override void Compute()
        {
            map.Computations++;
            for (var i = 0; i < Count; i++)
                _doubles[i] = 2 * _numbers[i];
        }
    }
}
