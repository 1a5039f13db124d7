using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads vectors of floats row by row: those of a missing row are told, and a value that is NaN or infinite is an error that names its row.</summary>
/// <param name="row">The row or cursor.</param>
/// <param name="column">The vectors' column.</param>
/// <param name="consequence">What does not become of a row with such a value: the end of a sentence.</param>
internal sealed class VectorReader(DataViewRow row, DataViewSchema.Column column, string consequence)
{
    private readonly ValueGetter<VBuffer<float>> _get = row.GetGetter<VBuffer<float>>(column);
    private readonly bool _mayBeMissing = MissingRows.MayBeIn(column);
    private VBuffer<float> _values;

    /// <summary>How many floats each row has.</summary>
    public int Width { get; } = VectorColumn.SizeOf(column);

    /// <summary>Reads the current row's.</summary>
    /// <param name="destination">Room for <see cref="Width"/> floats.</param>
    /// <param name="position">The row's number, for messages.</param>
    /// <returns>False where the row has no image, and may have none.</returns>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite.</exception>
    public bool Read(Span<float> destination, long position)
    {
        _get(ref _values);
        _values.CopyTo(destination);
        if (_mayBeMissing && MissingRows.IsMissing(destination))
            return false;
        RowError.CheckFinite<float>(destination, column.Name, position, consequence);
        return true;
    }
}
