using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows collected from an input, and what is computed from them together. Not thread-safe: each cursor or row has its own.</summary>
/// <param name="input">The row or cursor to read from.</param>
/// <param name="capacity">The most rows that it holds.</param>
internal abstract class RowBatch(DataViewRow input, int capacity)
{
    private readonly long[] _positions = new long[capacity];
    private bool _computed;

    /// <summary>Rows collected since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Takes in the input's current row.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read; says which row it is, as the cause seldom does.</exception>
    public void Add()
    {
        _positions[Count] = input.Position;
        try
        {
            Read(Count);
        }
        catch (Exception e) when (RowError.LacksRow(e))
        {
            throw RowError.Wrap(input.Position, e);
        }
        Count++;
    }

    /// <summary>Forgets the collected rows.</summary>
    public void Clear()
    {
        Count = 0;
        _computed = false;
    }

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the given output, for the collected row whose number <paramref name="row"/> returns.</summary>
    public abstract Delegate CreateGetter(int output, Func<int> row);

    /// <summary>Where in the input the collected row stood, for messages.</summary>
    protected long Position(int row) => _positions[row];

    /// <summary>Copies the input's current row into place <paramref name="row"/>.</summary>
    protected abstract void Read(int row);

    /// <summary>Computes the outputs of all collected rows.</summary>
    protected abstract void Compute();

    /// <summary>Computes once per batch, when the first output is asked for.</summary>
    protected void EnsureComputed()
    {
        if (_computed)
            return;
        Compute();
        _computed = true;
    }
}
