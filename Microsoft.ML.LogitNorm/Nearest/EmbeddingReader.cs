using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads embeddings row by row.</summary>
/// <param name="row">The row or cursor.</param>
/// <param name="column">The embeddings' column.</param>
internal sealed class EmbeddingReader(DataViewRow row, DataViewSchema.Column column)
{
    private readonly ValueGetter<VBuffer<float>> _get = row.GetGetter<VBuffer<float>>(column);
    private readonly bool _mayBeMissing = MissingRows.MayBeIn(column);
    private readonly float[] _values = new float[VectorColumn.SizeOf(column)];
    private VBuffer<float> _buffer;

    /// <summary>The embedding that was read; the next one takes its place.</summary>
    public Span<float> Values => _values;

    /// <summary>Reads the current row's.</summary>
    /// <param name="position">The row's number, for messages.</param>
    /// <returns>False where the row has no image, and may have none.</returns>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite.</exception>
    public bool Read(long position)
    {
        _get(ref _buffer);
        _buffer.CopyTo(_values);
        if (_mayBeMissing && MissingRows.IsMissing(_values))
            return false;
        foreach (var value in _values)
            if (!float.IsFinite(value))
                throw RowError.Naming(
                    position,
                    FormattableString.Invariant($"Column '{column.Name}' holds {value} in row {position} (counted from 0): nothing is near it. ")
                    + "Did training diverge, or does the row hold values far outside those of training?");
        return true;
    }
}
