using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Results;

/// <summary>How far probabilities can be taken at their word, as trained and at a fitted temperature.</summary>
/// <param name="Temperature">What the logits are divided by.</param>
/// <param name="FittedOn">Test images that it was fitted on.</param>
/// <param name="Before">The figures on the other test images, as trained.</param>
/// <param name="After">The figures on the same images, at the temperature.</param>
internal sealed record CalibrationFigures(double Temperature, int FittedOn, CalibrationMetrics Before, CalibrationMetrics After)
{
    // Test images come class by class, so this takes a fifth of each.
    private const int FitOnEvery = 5;

    /// <summary>Fits the temperature on every fifth test image, and measures on the others.</summary>
    public static CalibrationFigures Measure(RunResult run)
    {
        var ml = new MLContext();
        var rows = run.Test.Labels.Zip(run.Test.Logits, (label, logits) => new Row
        {
            Label = (uint)label,
            Logits = logits,
            Score = Softmax.Of(logits),
        }).ToArray();
        var toFit = rows.Where((_, row) => row % FitOnEvery == 0).ToArray();
        var others = View(ml, rows.Where((_, row) => row % FitOnEvery != 0));
        var scaling = ml.Transforms.TemperatureScaling().Fit(View(ml, toFit));
        return new(
            scaling.Temperature,
            toFit.Length,
            ml.MulticlassClassification.EvaluateCalibration(others),
            ml.MulticlassClassification.EvaluateCalibration(scaling.Transform(others)));
    }

    private static IDataView View(MLContext ml, IEnumerable<Row> rows)
    {
        Row[] all = [.. rows];
        var schema = SchemaDefinition.Create(typeof(Row));
        var vector = new VectorDataViewType(NumberDataViewType.Single, all[0].Logits.Length);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), all[0].Logits.Length);
        schema["Logits"].ColumnType = vector;
        schema["Score"].ColumnType = vector;
        return ml.Data.LoadFromEnumerable(all, schema);
    }

    private sealed class Row
    {
        public uint Label { get; set; }

        public float[] Logits { get; set; } = [];

        public float[] Score { get; set; } = [];
    }
}
