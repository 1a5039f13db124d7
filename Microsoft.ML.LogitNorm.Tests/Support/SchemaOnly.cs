using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A data view of which only the schema is looked at.</summary>
internal sealed class SchemaOnly(DataViewSchema schema) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => 0;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => throw new AssertionException("A row is asked for, though the schema is wrong.");

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];
}
