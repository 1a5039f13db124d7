using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Base of this library's transformers: each appends columns to a row from the row's own values.</summary>
/// <remarks>It carries the part of ML.NET's contract that is the same for all: binding to a schema, data views, single rows, saving.</remarks>
public abstract class RowToRowTransformer : ITransformer
{
    private protected RowToRowTransformer(IHostEnvironment env) => Env = env;

    private protected IHostEnvironment Env { get; }

    /// <summary>Always true: <see cref="GetRowToRowMapper"/> works, and so does a prediction engine.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The schema of the data once transformed.</summary>
    /// <param name="inputSchema">The schema of the data to transform.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the transformer reads is missing or has another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Bindings.Schema;

    /// <summary>Appends the columns. Lazy: rows are computed when they are read.</summary>
    /// <param name="input">The data to transform.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the transformer reads is missing or has another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedDataView(input, Bind(input.Schema), GetType().Name);
    }

    /// <summary>The transformer for single rows, as a prediction engine uses it.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the transformer reads is missing or has another type.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
        => new MappedDataView(new EmptyDataView(Env, inputSchema), Bind(inputSchema), GetType().Name);

    /// <summary>What is appended to data of the given schema; checks the schema.</summary>
    private protected abstract RowMap Bind(DataViewSchema inputSchema);

    /// <summary>The format of the transformer's part of a model file.</summary>
    private protected abstract ModelFormat Format { get; }

    /// <summary>Writes all that is needed to make the transformer again.</summary>
    private protected abstract void Save(ModelWriter writer);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        var writer = new ModelWriter(ctx, Format);
        Save(writer);
        writer.WriteHashes();
    }
}
