namespace Microsoft.ML.LogitNorm;

/// <summary>Where in a batch the values of each collected row stand, when rows that are missing take no place: what is computed has no gaps.</summary>
/// <param name="capacity">The most rows.</param>
internal sealed class RowPlaces(int capacity)
{
    private readonly int[] _places = new int[capacity];   // of each row; -1 for one that is missing
    private readonly int[] _rows = new int[capacity];

    /// <summary>How many rows are not missing.</summary>
    public int Count { get; private set; }

    /// <summary>The place of the next row, which is collected as number <paramref name="row"/>; with number 0 all is forgotten.</summary>
    public int Next(int row) => row == 0 ? Count = 0 : Count;

    /// <summary>Collects the next row, once it has been read.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="present">Whether it is there.</param>
    public void Take(int row, bool present)
    {
        _places[row] = present ? Count : -1;
        if (present)
            _rows[Count++] = row;
    }

    /// <summary>The place of a row; null where it is missing.</summary>
    public int? Of(int row) => _places[row] < 0 ? null : _places[row];

    /// <summary>The row at a place.</summary>
    public int RowAt(int place) => _rows[place];
}
