using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Some rows of a view, chosen by their ids: no column of the others is asked for.</summary>
/// <remarks>
/// A view that computes rows in batches, as <see cref="MappedDataView"/> does, computes the others too: it does not know who will ask for which. Images that
/// <c>ReadImages</c> reads directly below are so decoded in each of two views that share the rows out.
/// </remarks>
/// <param name="source">The view.</param>
/// <param name="keep">Which rows; called from any thread.</param>
internal sealed class SelectedRows(IDataView source, Predicate<DataViewRowId> keep) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded, rand), keep);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [.. source.GetRowCursorSet(columnsNeeded, n, rand).Select(cursor => new Cursor(cursor, keep))];

    private sealed class Cursor(DataViewRowCursor source, Predicate<DataViewRowId> keep) : DataViewRowCursor
    {
        private readonly ValueGetter<DataViewRowId> _getId = source.GetIdGetter();
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => source.Batch;

        public override DataViewSchema Schema => source.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        public override bool MoveNext()
        {
            DataViewRowId id = default;
            while (source.MoveNext())
            {
                _getId(ref id);
                if (!keep(id))
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
