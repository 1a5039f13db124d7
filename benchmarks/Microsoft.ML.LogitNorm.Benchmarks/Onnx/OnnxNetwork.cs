using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.LogitNorm.Benchmarks.Onnx;

/// <summary>A network with the default score and a decision, in libtorch and as ONNX.</summary>
internal sealed class OnnxNetwork : IDisposable
{
    // More rows than layer statistics of the small networks; the larger ones' covariance is shrunk.
    private const int FitRows = 600;

    private readonly MLContext _ml = new(1);
    private readonly TransformerChain<ITransformer> _app;
    private readonly InferenceSession _session;

    public OnnxNetwork(Backbone backbone, int rows)
    {
        var model = _ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
        {
            Backbone = backbone,
            BatchSize = 16,
            LearningRate = 0.01,
            Epochs = 2,
            Seed = 1,
        }).Fit(SyntheticImages.View(_ml, 64));
        var score = _ml.Transforms.OodScore().Fit(model.Transform(SyntheticImages.View(_ml, FitRows)));
        var known = _ml.Data.LoadFromEnumerable(SyntheticImages.Rows(2 * FitRows).Skip(FitRows));
        var detector = _ml.Transforms.OodDetector(0.05).Fit(score.Transform(model.Transform(known)));
        _app = new TransformerChain<ITransformer>(model, score, detector);
        using var stream = new MemoryStream();
        Export = _ml.Model.ExportToOnnx(
            _app, stream, new() { CheckData = _ml.Data.LoadFromEnumerable(SyntheticImages.Rows((2 * FitRows) + rows).Skip(2 * FitRows)), CheckedRows = rows });
        _session = new(stream.ToArray());
    }

    public OnnxExport Export { get; }

    public OnnxOutput Output(string name) => Export.Outputs.Single(output => output.Name == name);

    /// <summary>One pass of some images through the model, as an application makes it.</summary>
    public Action InLibtorch(string output, int images)
    {
        SyntheticImages.Row[] rows = [.. SyntheticImages.Rows(images)];
        if (images == 1)
            return output == "Logits" ? Engine<Logits>(_app.First(), rows[0]) : Engine<Decision>(_app, rows[0]);
        var data = _app.Transform(_ml.Data.LoadFromEnumerable(rows));
        return output == "Logits" ? () => ReadAll<VBuffer<float>>(data, output) : () => ReadAll<bool>(data, output);
    }

    /// <summary>The same in ONNX Runtime.</summary>
    public Action InOnnxRuntime(string output, int images)
    {
        float[] pixels = [.. SyntheticImages.Rows(images).SelectMany(row => row.Features).Select(pixel => (float)pixel)];
        var tensor = new DenseTensor<float>(pixels, (int[])[images, SyntheticImages.Channels, SyntheticImages.Side, SyntheticImages.Side]);
        var input = NamedOnnxValue.CreateFromTensor(Export.Input, tensor);
        return () =>
        {
            using var results = _session.Run([input], [output]);
        };
    }

    public void Dispose()
    {
        _session.Dispose();
        _app.Dispose();
    }

    private Action Engine<TPrediction>(ITransformer model, SyntheticImages.Row row)
        where TPrediction : class, new()
    {
        var engine = _ml.Model.CreatePredictionEngine<SyntheticImages.Row, TPrediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        return () => engine.Predict(row);
    }

    private static void ReadAll<T>(IDataView data, string name)
    {
        var column = data.Schema[name];
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        var value = default(T)!;
        while (cursor.MoveNext())
            getter(ref value);
    }

    private sealed class Logits
    {
        [ColumnName("Logits")]
        public float[] Values { get; set; } = [];
    }

    private sealed class Decision
    {
        public bool IsOutOfDistribution { get; set; }
    }
}
