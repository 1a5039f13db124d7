using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Reads a batch of rows, computes a map's outputs for all of them at once, then walks over them. The columns that pass through
/// are copied while the input stands on their row, so the input is read once and in its own order, whatever that is. A row that
/// cannot be read throws when it is reached, not before: the rows in front of it are delivered.
/// </summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private readonly RowMap _map;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly RowBatch _batch;
    private readonly Delegate?[] _getters;
    private readonly PassThroughColumn?[] _passThrough;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batchNumbers;
    private readonly ValueGetter<DataViewRowId> _getId;
    private long _position = -1;
    private int _row = -1;
    private bool _inputEnded, _ended;
    private ExceptionDispatchInfo? _unreadable;

    public ReadAheadCursor(RowMap map, DataViewRowCursor input, bool[] active)
    {
        (_map, _input, _active) = (map, input, active);
        var capacity = map.BatchSize;
        _ids = new DataViewRowId[capacity];
        _batchNumbers = new long[capacity];
        _getId = input.GetIdGetter();
        _batch = map.Open(input, capacity, map.ActiveOutputs(active));
        _getters = map.CreateGetters(_batch, active, CheckedRow);
        var passedThrough = map.Bindings.GetActiveInput(index => active[index]);
        _passThrough = [.. map.InputSchema.Select(c => passedThrough[c.Index] ? PassThroughColumn.Create(input, c, capacity, CheckedRow) : null)];
    }

    public override DataViewSchema Schema => _map.Bindings.Schema;
    public override long Position => _ended ? -1 : _position;
    public override long Batch => _row >= 0 ? _batchNumbers[_row] : 0;
    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override bool MoveNext()
    {
        if (_ended)
            return false;
        if (_row + 1 >= _batch.Count && !Fill())
        {
            _ended = true;
            return false;
        }
        _row++;
        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[CheckedRow()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentException($"Column '{column.Name}' is not active in this cursor.", nameof(column));
        var index = _map.Bindings.MapColumnIndex(out var isInput, column.Index);
        return ColumnError.Typed<TValue>(isInput ? _passThrough[index]!.Getter : _getters[index], column);
    }

    private bool Fill()
    {
        _batch.Clear();
        _row = -1;
        _unreadable?.Throw();
        while (_batch.Count < _ids.Length && !_inputEnded)
        {
            try
            {
                _inputEnded = !ReadRow();
            }
            catch (Exception e)
            {
                _unreadable = ExceptionDispatchInfo.Capture(e);
                if (_batch.Count == 0)
                    throw;
                break;
            }
        }
        return _batch.Count > 0;
    }

    private bool ReadRow()
    {
        if (!_input.MoveNext())
            return false;
        var row = _batch.Count;
        _getId(ref _ids[row]);
        _batchNumbers[row] = _input.Batch;
        foreach (var column in _passThrough)
            column?.Store(row);
        _batch.Add();
        return true;
    }

    private int CheckedRow() => _row >= 0 && !_ended ? _row : throw ColumnError.NotOnRow();

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _ended = true;
        _input.Dispose();
    }
}
