using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>A row with a map's outputs appended, computed when they are first asked for and kept until the input row moves.</summary>
internal sealed class MappedRow : DataViewRow
{
    private readonly RowMap _map;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly RowBatch? _batch;
    private readonly Delegate?[] _getters;
    private long _position = -1;

    /// <param name="map">What is appended.</param>
    /// <param name="input">The row or cursor to read from.</param>
    /// <param name="active">Which columns are asked for.</param>
    /// <param name="source">The view that the input's rows are of, for messages; null where there is none.</param>
    public MappedRow(RowMap map, DataViewRow input, bool[] active, IDataView? source = null)
    {
        (_map, _input, _active) = (map, input, active);
        _getters = new Delegate?[map.Bindings.AddedColumnIndices.Count];
        if (!map.AnyOutput(active))
            return;
        _batch = map.Open(input, capacity: 1, map.ActiveOutputs(active));
        _batch.Source = source;
        _getters = map.CreateGetters(_batch, active, CurrentRow);
    }

    public override DataViewSchema Schema => _map.Bindings.Schema;
    public override long Position => _input.Position;
    public override long Batch => _input.Batch;
    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();
    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var index = _map.Bindings.MapColumnIndex(out var isInput, column.Index);
        return isInput ? _input.GetGetter<TValue>(_input.Schema[index]) : ColumnError.Typed<TValue>(_getters[index], column);
    }

    private int CurrentRow()
    {
        if (_input.Position < 0)
            throw ColumnError.NotOnRow();
        if (_input.Position == _position)
            return 0;
        _batch!.Clear();
        _batch.Add();
        _position = _input.Position;   // only once the row was read: an error is met again by the next getter
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
    }
}
