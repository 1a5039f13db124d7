using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.LogitNorm;

/// <summary>A data view with a map's outputs appended. Lazy: nothing is read or computed until a cursor asks for it.</summary>
/// <remarks>
/// It is one of ML.NET's transforms that can be asked for ONNX only to say no:
/// ML.NET ends its walk back through the pipeline at a view that is none, and exports the rest of it, without the network and without a word.
/// </remarks>
/// <param name="source">The data to map.</param>
/// <param name="map">What is appended.</param>
/// <param name="transformer">The name of the transformer whose map it is, for messages.</param>
internal sealed class MappedDataView(IDataView source, RowMap map, string transformer) : IRowToRowMapper, ITransformCanSaveOnnx
{
    IDataView IDataTransform.Source => source;

    public DataViewSchema Schema => map.Bindings.Schema;
    public DataViewSchema InputSchema => map.InputSchema;
    public DataViewSchema OutputSchema => map.Bindings.Schema;
    public bool CanShuffle => source.CanShuffle;
    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = map.Active(columnsNeeded);
        return Map(source.GetRowCursor(map.Dependencies(active), rand), active, inOrder: rand is null);
    }

    /// <summary>
    /// Several cursors where only passed-through columns are asked for. Otherwise one: a forward pass already uses every core, and
    /// several cursors would only make its batches smaller.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = map.Active(columnsNeeded);
        return ReadsAhead(active)
            ? [GetRowCursor(columnsNeeded, rand)]
            : [.. source.GetRowCursorSet(map.Dependencies(active), n, rand).Select(cursor => Map(cursor, active, inOrder: false))];
    }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => map.Dependencies(map.Active(dependingColumns));

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new MappedRow(map, input, map.Active(activeColumns));

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => throw NoOnnx();

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => throw NoOnnx();

    void ICanSaveModel.Save(ModelSaveContext ctx)
        => throw new NotSupportedException(
            $"The data of a {transformer} cannot be saved as a step of ML.NET's older pipelines. Save the transformer, with ml.Model.Save.");

    private NotSupportedException NoOnnx()
        => new(
            $"A {transformer} cannot be converted by ConvertToOnnx, which would leave it out. "
            + "ml.Model.ExportToOnnx of the package Microsoft.ML.LogitNorm.Onnx exports a network with its scores and decisions; "
            + "give ConvertToOnnx only the transformers before the first one of Microsoft.ML.LogitNorm.");

    private bool ReadsAhead(bool[] active) => map.BatchSize > 1 && map.AnyOutput(active);

    private DataViewRowCursor Map(DataViewRowCursor cursor, bool[] active, bool inOrder)
        => ReadsAhead(active)
            ? new ReadAheadCursor(map, cursor, active, source, inOrder)
            : new MappedCursor(new MappedRow(map, cursor, active, source), cursor);

    /// <summary>Walks the input one row at a time.</summary>
    private sealed class MappedCursor(MappedRow row, DataViewRowCursor input) : DataViewRowCursor
    {
        public override DataViewSchema Schema => row.Schema;
        public override long Position => row.Position;
        public override long Batch => row.Batch;
        public override bool MoveNext() => input.MoveNext();
        public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();
        public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                row.Dispose();
        }
    }
}
