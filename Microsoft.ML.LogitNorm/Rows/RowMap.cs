using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// What a row-to-row transformer appends, bound to one input schema. It says which columns it reads and computes them for many
/// rows at once; <see cref="MappedDataView"/> and <see cref="MappedRow"/> bring it to ML.NET's cursors and rows.
/// </summary>
/// <param name="input">The schema that the map reads from.</param>
/// <param name="outputs">The columns that it appends, in the order that <see cref="RowBatch.CreateGetter"/> counts them.</param>
internal abstract class RowMap(DataViewSchema input, DataViewSchema.DetachedColumn[] outputs)
{
    /// <summary>Where each column of the output schema comes from.</summary>
    public ColumnBindings Bindings { get; } = new(input, outputs);

    /// <summary>The schema that the map reads from.</summary>
    public DataViewSchema InputSchema => Bindings.InputSchema;

    /// <summary>Rows computed together when a whole data view is read. 1: nothing is gained by reading ahead.</summary>
    public abstract int BatchSize { get; }

    /// <summary>The input columns that must be read to compute outputs.</summary>
    public abstract IEnumerable<DataViewSchema.Column> Inputs { get; }

    /// <summary>Opens a batch that collects rows from <paramref name="row"/> and computes at least the outputs that are asked for.</summary>
    public abstract RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput);

    /// <summary>Which columns of the output schema are asked for.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[Bindings.Schema.Count];
        foreach (var column in columns)
            active[column.Index] = true;
        return active;
    }

    /// <summary>Whether the output with the given number is asked for.</summary>
    public Func<int, bool> ActiveOutputs(bool[] active) => output => active[Bindings.AddedColumnIndices[output]];

    /// <summary>The batch's getters of the outputs that are asked for; null for the others.</summary>
    public Delegate?[] CreateGetters(RowBatch batch, bool[] active, Func<int> row)
    {
        var isActive = ActiveOutputs(active);
        return [.. Enumerable.Range(0, Bindings.AddedColumnIndices.Count).Select(output => isActive(output) ? batch.CreateGetter(output, row) : null)];
    }

    /// <summary>Whether any output is asked for; if none is, rows pass through untouched.</summary>
    public bool AnyOutput(bool[] active) => Bindings.AddedColumnIndices.Any(index => active[index]);

    /// <summary>The input columns behind the given columns of the output schema: those passed through, and those that the outputs need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(bool[] active)
    {
        var passedThrough = Bindings.GetActiveInput(index => active[index]);
        var needed = AnyOutput(active) ? Inputs.Select(column => column.Index).ToHashSet() : [];
        return InputSchema.Where(column => passedThrough[column.Index] || needed.Contains(column.Index));
    }
}
