using System.Collections;
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

    /// <summary>By how much more a score may differ than the network: some subtract large numbers.</summary>
    private const double ScoresTolerance = 10;

    /// <summary>What values near 0 may differ by.</summary>
    private const double Rounding = 1e-6;

    private readonly ModelSpec _spec;
    private readonly OnnxExportOptions _options;
    private readonly IDataView _scored, _classified;
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
            var before = pipeline.Before.Aggregate(kept, (rows, part) => part.Transform(rows));
            pipeline.CheckOthers(before.Schema);
            _inputs = [.. Pixels(before)];
            (_classified, _scored) = (pipeline.Model.Transform(before), model.Transform(kept));
        }
        else
        {
            _inputs = CheckNoise.Rows(_spec, options.CheckedRows);
            var input = OwnInput(ml, _inputs);
            pipeline.CheckOthers(input.Schema);
            _classified = pipeline.Model.Transform(input);
            _scored = pipeline.Behind.Aggregate(_classified, (rows, part) => part.Transform(rows));
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
        var found = outputs.ToDictionary(output => output.Name, _ => new List<object>());
        foreach (var batch in _inputs.Chunk(_spec.Input.RowsPerBatch))
        {
            var tensor = new DenseTensor<float>(batch.SelectMany(row => row).ToArray(), [batch.Length, .. OnnxExporter.InputShape(_spec.Input)]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(_spec.Input.Name, tensor)]);
            foreach (var result in results)
                found[result.Name].AddRange(((IEnumerable)result.Value).Cast<object>());
        }
        return [.. outputs.Select(output => Compared(output, found[output.Name], ranks.Contains(output.Name)))];
    }

    private OnnxOutput Compared(OnnxOutput output, IEnumerable<object> found, bool isRank) => output.Type switch
    {
        nameof(Boolean) => Counted(output, _scored.GetColumn<bool>(_scored.Schema[output.Name]).Zip(found.Cast<bool>())),
        nameof(String) => Counted(output, Labels(_scored.Schema[output.Name]).Zip(found.Cast<string>())),
        _ => Measured(output, [.. found.Cast<float>()], isRank),
    };

    private OnnxOutput Measured(OnnxOutput output, float[] found, bool isRank)
    {
        var column = _scored.Schema[output.Name];
        float[] own = [.. column.Type is NumberDataViewType ? _scored.GetColumn<float>(column) : _scored.GetColumn<float[]>(column).SelectMany(row => row)];
        var tolerance = _options.Tolerance * (column.Type is NumberDataViewType ? ScoresTolerance : 1);
        float[] sizes = [.. own.Chunk(output.Length).Select(row => row.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max())];
        var usual = sizes.Order().ElementAt(sizes.Length / 2);
        var (largest, beyond, worst) = (0.0, 0, 0);
        for (var row = 0; row < sizes.Length; row++)
        {
            var difference = Enumerable.Range(row * output.Length, output.Length).Max(i => Difference(own[i], found[i]));
            if (difference > largest)
                (largest, worst) = (difference, row);
            if (difference > tolerance * (sizes[row] + usual) + Rounding)
                beyond++;
        }
        return beyond <= (isRank && double.IsFinite(largest) ? Rows / OneRankIn : 0)
            ? output with { LargestDifference = largest, Differing = beyond }
            : throw new InvalidOperationException(
                Invariant($"The ONNX file's '{output.Name}' differs from the model's in {beyond} of {Rows} rows by more than ")
                + Invariant($"OnnxExportOptions.Tolerance allows, at most by {largest:g3} in row {worst} (counted from 0), whose values are up to ")
                + Invariant($"{sizes[worst]:g3}. Nothing was written."));
    }

    private static double Difference(float own, float other)
        => own.Equals(other) ? 0 : float.IsNaN(own - other) ? double.PositiveInfinity : Math.Abs((double)own - other);

    private static OnnxOutput Counted<T>(OnnxOutput output, IEnumerable<(T Own, T Other)> rows)
    {
        var (count, differing) = (0, 0);
        foreach (var (own, other) in rows)
            (count, differing) = (count + 1, differing + (EqualityComparer<T>.Default.Equals(own, other) ? 0 : 1));
        return differing <= (count + OneIn - OneRankIn) / OneIn   // none of fewer than 20
            ? output with { Differing = differing }
            : throw new InvalidOperationException(
                Invariant($"The ONNX file's '{output.Name}' is another than the model's in {differing} of {count} rows. Nothing was written."));
    }

    /// <summary>The classes' names, whatever the label's type: of another one than text, behind MapKeyToValue, by the key that stood there before.</summary>
    private IEnumerable<string> Labels(DataViewSchema.Column column)
    {
        if (column.Type is TextDataViewType)
            return _scored.GetColumn<ReadOnlyMemory<char>>(column).Select(label => label.ToString());
        var names = _spec.ClassNames();
        var keys = column.Type is KeyDataViewType
            ? _scored.GetColumn<uint>(column)
            : _classified.GetColumn<uint>(_classified.Schema[_spec.Columns.PredictedLabel]);
        return keys.Select(key => names[(int)key - 1]);
    }

    /// <summary>The network's input in each row.</summary>
    private IEnumerable<float[]> Pixels(IDataView before)
    {
        var input = _spec.Input.Bind(before.Schema);
        using var cursor = before.GetRowCursor([before.Schema[input.Name]]);
        var reader = input.Open(cursor);
        var bytes = new byte[input.BytesPerRow];
        while (cursor.MoveNext())
            yield return reader.Read(bytes)
                ? CheckNoise.Planes(input, bytes)
                : throw new InvalidOperationException(
                    Invariant($"Row {cursor.Position} (counted from 0) of OnnxExportOptions.CheckData has no image. Leave it out."));
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
