using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows collected from an input, and what is computed from them together. Not thread-safe: each cursor or row has its own.</summary>
/// <param name="input">The row or cursor to read from.</param>
/// <param name="capacity">The most rows that it holds.</param>
internal abstract class RowBatch(DataViewRow input, int capacity)
{
    private readonly long[] _positions = new long[capacity];
    private readonly DataViewRowId[] _ids = new DataViewRowId[capacity];
    private ValueGetter<DataViewRowId>? _getId;
    private bool _computed;

    /// <summary>Rows collected since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The view that the input's rows are of, where columns that are not active can be read for messages; null where there is none.</summary>
    public IDataView? Source { get; set; }

    /// <summary>About how many bytes it keeps of the rows collected, where those can be many.</summary>
    public virtual long BytesKept => 0;

    /// <summary>Takes in the input's current row.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read; says which row it is, as the cause seldom does.</exception>
    public void Add()
    {
        _positions[Count] = input.Position;
        (_getId ??= input.GetIdGetter())(ref _ids[Count]);
        try
        {
            Read(Count);
        }
        catch (Exception e) when (RowError.IsOfARow(e))
        {
            var error = RowError.Wrap(input.Position, e);
            RowText.AddTo(error, input, Source);
            throw error;
        }
        Count++;
    }

    /// <summary>Forgets the collected rows.</summary>
    public void Clear()
    {
        Count = 0;
        _computed = false;
    }

    /// <summary>The id of a collected row.</summary>
    public DataViewRowId Id(int row) => _ids[row];

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the given output, for the collected row whose number <paramref name="row"/> returns.</summary>
    public abstract Delegate CreateGetter(int output, Func<int> row);

    /// <summary>Where in the input the collected row stood, for messages.</summary>
    protected long Position(int row) => _positions[row];

    /// <summary>An error of one row, where the others of the batch have their values.</summary>
    protected Exception Failed(int row, string message)
    {
        var error = RowError.Naming(Position(row), message);
        Describe(error, Position(row));
        return error;
    }

    /// <summary>Copies the input's current row into place <paramref name="row"/>.</summary>
    protected abstract void Read(int row);

    /// <summary>Computes the outputs of all collected rows.</summary>
    protected abstract void Compute();

    /// <summary>Computes once per batch, when the first output is asked for.</summary>
    protected void EnsureComputed()
    {
        if (_computed)
            return;
        try
        {
            Compute();
        }
        catch (Exception e) when (e is IRowError { Row: not null } error)
        {
            Describe(e, error.Row.Value);
            throw;
        }
        _computed = true;
    }

    private void Describe(Exception error, long position)
    {
        var row = Array.IndexOf(_positions, position, 0, Count);
        if (row < 0)
            return;
        if (input.Position == position)   // it still stands there, as a single row does
            RowText.AddTo(error, input, Source);
        else
            RowText.AddTo(error, _ids[row], Source);
    }
}
