using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Shared.Images;

namespace CompareScores;

/// <summary>How far a model's probabilities can be taken at their word, as trained and after temperature scaling.</summary>
/// <param name="Temperature">What the logits are divided by.</param>
/// <param name="FittedOn">Test images that the temperature was fitted on.</param>
/// <param name="Before">The figures on the other test images, as trained.</param>
/// <param name="After">The figures on the same images, at the temperature.</param>
internal sealed record CalibrationResult(double Temperature, int FittedOn, CalibrationMetrics Before, CalibrationMetrics After)
{
    // Test images come class by class, so this takes a fifth of each.
    private const int FitOnEvery = 5;

    /// <summary>Fits the temperature on every fifth test image, and measures on the others.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="test">Test images, two or more.</param>
    /// <param name="view">Images as the model takes them.</param>
    public static CalibrationResult Measure(MLContext ml, ITransformer model, IReadOnlyList<LabeledImage> test, Func<IEnumerable<LabeledImage>, IDataView> view)
    {
        LabeledImage[] toFit = [.. test.Where((_, row) => row % FitOnEvery == 0)];
        var scaling = ml.Transforms.TemperatureScaling().Fit(model.Transform(view(toFit)));
        // Kept in memory, as it is read twice and the network is the costly part.
        var others = ml.Data.Cache(model.Transform(view(test.Where((_, row) => row % FitOnEvery != 0))), "Label", "Logits", "Score");
        return new(
            scaling.Temperature,
            toFit.Length,
            ml.MulticlassClassification.EvaluateCalibration(others),
            ml.MulticlassClassification.EvaluateCalibration(scaling.Transform(others)));
    }
}
