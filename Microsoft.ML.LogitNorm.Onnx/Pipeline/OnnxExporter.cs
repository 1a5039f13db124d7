using System.Text.Json;
using Google.Protobuf;
using TorchSharp;
using static Onnx.TensorProto.Types;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Writes a model as ONNX: goes along its transformers, and keeps what each makes of the columns.</summary>
internal sealed class OnnxExporter
{
    private readonly OnnxGraph _graph = new();
    private readonly ExportedPipeline _pipeline;
    private readonly ModelSpec _spec;
    private readonly ClassifierNetwork _network;
    private readonly Dictionary<string, (OnnxValue Value, int Length)> _columns = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly HashSet<string> _ranks = [];   // outputs that go in steps
    private OnnxValue? _unlessFinite;   // 0, or NaN where a value of the row is not finite

    private OnnxExporter(ExportedPipeline pipeline)
        => (_pipeline, _spec, _network) = (pipeline, pipeline.Model.Spec, pipeline.Model.Network.Classifier);

    /// <summary>The file, once it has been compared with the model.</summary>
    public static (OnnxExport Export, byte[] File) Export(ITransformer model, OnnxExportOptions options)
    {
        options.Check();
        var pipeline = ExportedPipeline.Of(model);
        using var use = pipeline.Model.Network.Enter();
        var exporter = new OnnxExporter(pipeline);
        exporter.AddNetwork();
        foreach (var part in pipeline.Behind)
            exporter.Add(part);
        var check = new OnnxCheck(model, pipeline, options);
        var outputs = exporter.Outputs(check.Columns);
        var file = exporter.ToFile();
        var compared = check.Run(file, outputs, exporter._ranks);
        var shape = InputShape(pipeline.Model.Spec.Input);
        return (new(pipeline.Model.Spec.Input.Name, shape, compared, OnnxGraph.Opset, file.Length, check.Rows, pipeline.LeftOut)
        {
            ChannelsWereLast = pipeline.Model.Spec.Input is ImageInput { Kind: not PixelKind.Image, Interleaved: true, Shape.Channels: > 1 },
        }, file);
    }

    /// <summary>The shape of a row as ONNX has it: planes of images.</summary>
    public static IReadOnlyList<int> InputShape(NetworkInput input)
        => input is ImageInput { Shape: var shape } ? [shape.Channels, shape.Height, shape.Width] : [.. input.RowShape.Select(size => (int)size)];

    private void AddNetwork()
    {
        using var scope = NewDisposeScope();
        var names = _spec.Columns;
        var shape = InputShape(_spec.Input);
        var input = _graph.Input(_spec.Input.Name, shape.Select(size => (long)size));
        var (mean, scale) = _spec.Normalization.OnDevice(CPU);
        var perChannel = _spec.Input is ImageInput ? new long[] { -1, 1, 1 } : [-1];
        var normalized = (input - _graph.Constant("input.mean", mean.view(perChannel))) * _graph.Constant("input.scale", scale.view(perChannel));
        var statistics = _pipeline.Behind.OfType<OodScoreTransformer>().Any(score => score.Score.Needs.HasFlag(OodInputs.LayerStatistics));
        var (embedding, layerStatistics) = new NetworkExport(_graph, _network.Embedding, statistics).Of(normalized);
        var logits = HeadExport.Of(_graph, _network, embedding);
        _unlessFinite = (input.Flat().Sum() + embedding.Sum() + logits.Sum()) * 0;
        _columns[names.PredictedLabel] = (_graph.Texts("classes", _spec.ClassNames()).Rows(logits.ArgMax()).AsColumn(), 1);
        _columns[names.Score] = (logits.Softmax(), _spec.ClassCount);
        _columns[names.Logits] = (logits, _spec.ClassCount);
        _columns[names.Embedding] = (embedding, _spec.EmbeddingSize);
        if (layerStatistics is not null)
            _columns[names.LayerStatistics] = (layerStatistics, _spec.StatisticsSize);
        _metadata["input"] = _spec.Input is ImageInput image
            ? Invariant($"{image.Name}: float32 [batch, {string.Join(", ", shape)}], planes of ")
                + (image.Shape.Channels == 3 ? "red, green, blue" : Invariant($"{image.Shape.Channels} channels"))
                + (image.Kind == PixelKind.VectorOfSingle ? ", in the units of training" : ", 0 to 255") + "; normalised inside"
            : Invariant($"{_spec.Input.Name}: float32 [batch, {string.Join(", ", shape)}], features as they are; standardised inside");
        _metadata["network"] = Invariant($"{_spec.Backbone}, Head.{_spec.Head}");
        _metadata["classes"] = JsonSerializer.Serialize(_spec.ClassNames());
    }

    private void Add(ITransformer part)
    {
        switch (part)
        {
            case TemperatureScalingTransformer scaling:
                _columns[scaling.Columns.Score] = ((Logits(scaling.Columns.Logits, "TemperatureScaling").To(DataType.Double) / scaling.Temperature).Softmax()
                    .To(DataType.Float), _spec.ClassCount);
                _metadata["temperature"] = Invariant($"{scaling.Temperature}");
                break;
            case OodScoreTransformer score:
                AddScore(score);
                break;
            case OodDetectorTransformer detector:
                AddDecision(detector);
                break;
        }
    }

    private void AddScore(OodScoreTransformer transformer)
    {
        using var use = transformer.Enter();
        using var scope = NewDisposeScope();
        var (score, columns, output) = (transformer.Score, transformer.Columns, transformer.OutputColumnName);
        var names = _spec.Columns;
        CheckColumn(score, OodInputs.Logits, columns.Logits, names.Logits);
        CheckColumn(score, OodInputs.Embedding, columns.Embedding, names.Embedding);
        CheckColumn(score, OodInputs.LayerStatistics, columns.LayerStatistics, names.LayerStatistics);
        var rows = new ScoredRows(
            _graph, _network, _columns[names.Logits].Value, _columns[names.Embedding].Value, _columns.GetValueOrDefault(names.LayerStatistics).Value,
            transformer.Learned.Tensors, output);
        // The model refuses a row that is not finite. Here its score is NaN, whatever a formula makes of it, and the decision "out of distribution".
        _columns[output] = (ScoreExport.Of(score, rows).To(DataType.Float) + _unlessFinite!, 1);
        _metadata[$"score.{output}"] = score.ToString();
        _ranks.Remove(output);
        if (score.RanksRows)
            _ranks.Add(output);
    }

    private void AddDecision(OodDetectorTransformer transformer)
    {
        var names = transformer.Columns;
        if (!_columns.TryGetValue(names.Score, out var score) || score.Length != 1)
            throw new NotSupportedException(
                $"OodDetector reads column '{names.Score}', which is no score of the exported network. Scores by OodScore behind it can be exported.");
        if (names.PredictedLabel is { } predicted && predicted != _spec.Columns.PredictedLabel)
            throw new NotSupportedException(
                $"OodDetector has a threshold for each class of column '{predicted}'; "
                + $"only the network's own '{_spec.Columns.PredictedLabel}' can be exported.");
        var predictedClass = _columns[_spec.Columns.Logits].Value.ArgMax();
        var (confidence, decision) = DecisionFormula.Of(_graph, transformer.Calibration, score.Value, predictedClass, names.Decision);
        _columns[names.Confidence] = (confidence, 1);
        _columns[names.Decision] = (decision, 1);
        _ranks.Add(names.Confidence);
        _metadata[$"decision.{names.Decision}"] = transformer.Report.ToString();
    }

    private OnnxValue Logits(string column, string who)
        => column == _spec.Columns.Logits
            ? _columns[column].Value
            : throw new NotSupportedException($"{who} reads column '{column}'; only the network's own '{_spec.Columns.Logits}' can be exported.");

    private static void CheckColumn(OodScore score, OodInputs input, string read, string own)
    {
        if (score.Needs.HasFlag(input) && read != own)
            throw new NotSupportedException(
                $"The score {score.Name} reads column '{read}', which is not the network's own '{own}', and so cannot be exported. Fit it on '{own}'.");
    }

    /// <param name="wanted">Columns that are still there at the end of the model.</param>
    private OnnxOutput[] Outputs(IReadOnlySet<string> wanted)
    {
        var outputs = _columns.Where(column => wanted.Contains(column.Key)).ToArray();
        foreach (var (name, (value, length)) in outputs)
            _graph.Output(name, value, length);
        return [.. outputs.Select(column => new OnnxOutput(column.Key, column.Value.Value.Type switch
        {
            DataType.Float => nameof(Single),
            DataType.Bool => nameof(Boolean),
            _ => nameof(String),
        }, column.Value.Length))];
    }

    private byte[] ToFile()
    {
        var version = typeof(LogitNormModel).Assembly.GetName().Version!.ToString(3);
        return _graph.ToModel(("Microsoft.ML.LogitNorm", version), _metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)).ToByteArray();
    }
}
