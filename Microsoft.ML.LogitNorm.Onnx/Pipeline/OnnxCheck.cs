using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Runs an exported file in ONNX Runtime, and compares what comes out with what the model gives.</summary>
internal sealed class OnnxCheck
{
    /// <summary>One row in so many may have another class or decision: the line may lie between two values that differ by their rounding only.</summary>
    private const int OneIn = 100;

    /// <summary>One row in so many may have another rank, as a rank is a line beside which rows lie that were ranked.</summary>
    private const int OneRankIn = 20;

    private readonly ModelSpec _spec;
    private readonly OnnxExportOptions _options;
    private readonly IDataView _scored;
    private readonly IReadOnlyList<float[]> _inputs;

    /// <param name="model">The whole model.</param>
    /// <param name="pipeline">Its parts.</param>
    /// <param name="options">The rows, and how much may differ.</param>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    /// <exception cref="NotSupportedException">A transformer of others stands in the way.</exception>
    public OnnxCheck(ITransformer model, ExportedPipeline pipeline, OnnxExportOptions options)
    {
        (_spec, _options) = (pipeline.Model.Spec, options);
        var ml = new MLContext();
        if (options.CheckData is { } data)
        {
            var kept = ml.Data.TakeRows(data, options.CheckedRows);
            _inputs = [.. Pixels(pipeline, kept)];
            _scored = model.Transform(kept);
        }
        else
        {
            _inputs = CheckNoise.Rows(_spec, options.CheckedRows);
            var input = OwnInput(ml, _inputs);
            pipeline.CheckOthers(input.Schema);
            _scored = pipeline.Behind.Aggregate(pipeline.Model.Transform(input), (rows, part) => part.Transform(rows));
        }
        if (_inputs.Count == 0)
            throw new InvalidOperationException("OnnxExportOptions.CheckData has no rows to compare the file on. Give some, or leave it out.");
    }

    /// <summary>How many rows are compared.</summary>
    public int Rows => _inputs.Count;

    /// <summary>The columns of the model.</summary>
    public IReadOnlySet<string> Columns => _scored.Schema.Select(column => column.Name).ToHashSet();

    /// <summary>Compares all outputs.</summary>
    /// <param name="file">The file.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="ranks">Those that are made of ranks.</param>
    /// <returns>The outputs with their differences.</returns>
    /// <exception cref="InvalidOperationException">One differs by more than is allowed.</exception>
    public IReadOnlyList<OnnxOutput> Run(byte[] file, IReadOnlyList<OnnxOutput> outputs, IReadOnlySet<string> ranks)
    {
        using var session = new InferenceSession(file);
        int[] shape = [_inputs.Count, .. OnnxExporter.InputShape(_spec.Input)];
        var tensor = new DenseTensor<float>(_inputs.SelectMany(row => row).ToArray(), shape);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(_spec.Input.Name, tensor)]);
        var byName = results.ToDictionary(result => result.Name);
        return [.. outputs.Select(output => Compared(output, byName[output.Name], ranks.Contains(output.Name) ? 1 + (Rows / OneRankIn) : 0))];
    }

    private OnnxOutput Compared(OnnxOutput output, DisposableNamedOnnxValue found, int exempt)
    {
        var column = _scored.Schema[output.Name];
        switch (output.Type)
        {
            case nameof(Boolean):
                return Counted(output, _scored.GetColumn<bool>(column).Zip(found.AsTensor<bool>()));
            case nameof(String):
                return Counted(output, Labels(_scored, column).Zip(found.AsTensor<string>()));
        }
        float[] expected = [.. column.Type is NumberDataViewType ? _scored.GetColumn<float>(column) : _scored.GetColumn<float[]>(column).SelectMany(row => row)];
        var size = expected.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        double[] differences = [.. expected.Zip(found.AsTensor<float>(), Difference).OrderDescending()];
        return differences[Math.Min(exempt, differences.Length - 1)] is var largest && largest <= _options.Tolerance * Math.Max(1, size)
            ? output with { LargestDifference = differences[0] }
            : throw new InvalidOperationException(
                Invariant($"The ONNX file's '{output.Name}' differs by {largest:g3} from the model's, whose largest value is {size:g3}; ")
                + Invariant($"expected at most {_options.Tolerance:g3} of it (OnnxExportOptions.Tolerance). Nothing was written."));
    }

    private static double Difference(float own, float other)
        => own.Equals(other) ? 0 : float.IsNaN(own - other) ? double.PositiveInfinity : Math.Abs((double)own - other);

    private static OnnxOutput Counted<T>(OnnxOutput output, IEnumerable<(T Own, T Other)> rows)
    {
        var (count, differing) = (0, 0);
        foreach (var (own, other) in rows)
            (count, differing) = (count + 1, differing + (EqualityComparer<T>.Default.Equals(own, other) ? 0 : 1));
        return differing <= 1 + (count / OneIn)
            ? output with { Differing = differing }
            : throw new InvalidOperationException(
                Invariant($"The ONNX file's '{output.Name}' is another than the model's in {differing} of {count} rows. Nothing was written."));
    }

    private static IEnumerable<string> Labels(IDataView scored, DataViewSchema.Column column)
    {
        if (column.Type is not KeyDataViewType)
            return scored.GetColumn<ReadOnlyMemory<char>>(column).Select(label => label.ToString());
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetKeyValues(ref names);
        var values = names.DenseValues().ToArray();
        return scored.GetColumn<uint>(column).Select(key => values[key - 1].ToString());
    }

    /// <summary>The network's input in each row.</summary>
    private IEnumerable<float[]> Pixels(ExportedPipeline pipeline, IDataView data)
    {
        var before = pipeline.Before.Aggregate(data, (rows, part) => part.Transform(rows));
        var input = _spec.Input.Bind(before.Schema);
        using var cursor = before.GetRowCursor([before.Schema[input.Name]]);
        var reader = input.Open(cursor);
        var bytes = new byte[input.BytesPerRow];
        while (cursor.MoveNext())
            yield return reader.Read(bytes)
                ? CheckNoise.Planes(input, bytes)
                : throw new InvalidOperationException(Invariant($"Row {cursor.Position} (counted from 0) of OnnxExportOptions.CheckData has no image. Leave it out."));
    }

    private IDataView OwnInput(MLContext ml, IReadOnlyList<float[]> rows)
    {
        var definition = SchemaDefinition.Create(typeof(InputRow));
        var column = definition[nameof(InputRow.Values)];
        column.ColumnName = _spec.Input.Name;
        column.ColumnType = new VectorDataViewType(NumberDataViewType.Single, OnnxExporter.InputShape(_spec.Input).ToArray());
        return ml.Data.LoadFromEnumerable(rows.Select(values => new InputRow { Values = values }), definition);
    }

    private sealed class InputRow
    {
        public float[] Values { get; set; } = [];
    }
}
