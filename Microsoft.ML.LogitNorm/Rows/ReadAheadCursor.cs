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
    // Of images that pass through, which may be far larger than those that are classified; fewer rows are then read ahead.
    private const long MostBytesKept = 256 << 20;

    private readonly RowMap _map;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly RowBatch _batch;
    private readonly Delegate?[] _getters;
    private readonly PassThroughColumn?[] _passThrough;
    private readonly int _capacity;
    private readonly long[] _batchNumbers;
    private readonly IDataView _source;
    private readonly bool _inOrder;
    private long _position = -1, _read;
    private int _row = -1;
    private bool _inputEnded, _ended;
    private ExceptionDispatchInfo? _unreadable;

    /// <param name="map">What is appended.</param>
    /// <param name="input">A cursor over the input, owned from now on.</param>
    /// <param name="active">Which columns are asked for.</param>
    /// <param name="source">The view that the cursor is of, for messages.</param>
    /// <param name="inOrder">Whether the cursor goes through all rows in the view's own order.</param>
    public ReadAheadCursor(RowMap map, DataViewRowCursor input, bool[] active, IDataView source, bool inOrder)
    {
        (_map, _input, _active, _source, _inOrder) = (map, input, active, source, inOrder);
        var capacity = _capacity = map.BatchSize;
        _batchNumbers = new long[capacity];
        _batch = map.Open(input, capacity, map.ActiveOutputs(active));
        _batch.Source = source;
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

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _batch.Id(CheckedRow());

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
        var kept = 0L;
        while (_batch.Count < _capacity && kept + _batch.BytesKept < MostBytesKept && !_inputEnded)
        {
            try
            {
                _inputEnded = !ReadRow(ref kept);
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

    private bool ReadRow(ref long kept)
    {
        if (!MoveInput())
            return false;
        _read++;
        var row = _batch.Count;
        _batchNumbers[row] = _input.Batch;
        try
        {
            foreach (var column in _passThrough)
                kept += column?.Store(row) ?? 0;
        }
        catch (Exception e) when (RowError.IsOfARow(e))
        {
            var error = RowError.Wrap(_input.Position, e);
            RowText.AddTo(error, _input, _source);
            throw error;
        }
        _batch.Add();
        return true;
    }

    private bool MoveInput()
    {
        try
        {
            return _input.MoveNext();
        }
        catch (Exception e) when (RowError.IsOfARow(e))
        {
            // ML.NET's own threads have read ahead here: the error is of a row that the cursor has not come to.
            var error = _inOrder ? RowText.Explained(e, _source, _map.InputSchema.Where(_input.IsColumnActive), _read) : RowError.Find(e) ?? e;
            if (error == e)
                throw;
            throw error;
        }
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
