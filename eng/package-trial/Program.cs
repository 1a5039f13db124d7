using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

// From rows to a decision, to a file and back, and to ONNX: by what the packages carry alone.
var ml = new MLContext(seed: 1);
var random = new Random(1);
IDataView train = ml.Data.LoadFromEnumerable(Rows(200)), heldOut = ml.Data.LoadFromEnumerable(Rows(100));
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.MulticlassClassification.Trainers.LogitNorm(backbone: Backbone.Dense([16]), epochs: 20))
    .Append(ml.Transforms.OodScore())
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
ITransformer model = pipeline.Fit(train);
OodDetectorTransformer detector = ml.Transforms.OodDetector(falseAlarmRate: 0.05).Fit(model.Transform(heldOut));
ITransformer app = model.Append(detector);
ml.Model.Save(app, train.Schema, "model.zip");
Console.WriteLine(ml.Model.ExportToOnnx(app, "model.onnx"));

using var engine = ml.Model.CreatePredictionEngine<Row, Verdict>(ml.Model.Load("model.zip", out _));
var (known, stranger) = (engine.Predict(new Row { Features = [1, 1] }), engine.Predict(new Row { Features = [-40, 60] }));
Console.WriteLine($"known: {known.PredictedLabel}, {known.IsOutOfDistribution}; stranger: {stranger.IsOutOfDistribution}");
return known is { PredictedLabel: "high", IsOutOfDistribution: false } && stranger.IsOutOfDistribution ? 0 : 1;

IEnumerable<Row> Rows(int count) => [.. Enumerable.Range(0, count).Select(i =>
{
    var at = i % 2 == 0 ? 1 : -1;
    return new Row { Label = at > 0 ? "high" : "low", Features = [at + Noise(), at + Noise()] };
})];

float Noise() => (float)((random.NextDouble() - 0.5) * 1.2);

internal sealed class Row
{
    public string Label { get; set; } = "";

    [VectorType(2)]
    public float[] Features { get; set; } = [];
}

internal sealed class Verdict
{
    public string PredictedLabel { get; set; } = "";

    public bool IsOutOfDistribution { get; set; }
}
