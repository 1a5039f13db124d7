using WebApp.Cards;
using WebApp.Uploads;

namespace WebApp.Predictions;

/// <summary>What the model says of a file.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="PredictedClass">The most probable class; null where the image cannot be read.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Classes">The most probable classes, at most five.</param>
/// <param name="IsOutOfDistribution">The decision: none of the classes. True for an image that cannot be read.</param>
/// <param name="OodScore">Higher means more likely none of the classes.</param>
/// <param name="PValue">The share of known images that look at least this unusual.</param>
/// <param name="Unusualness">The same in words.</param>
/// <param name="Nearest">The training images that look most like it, the most alike first; none where the model keeps none.</param>
/// <param name="Error">Why the image cannot be read; null if it can.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record PredictResult(
    string Name,
    string? PredictedClass,
    float? Probability,
    IReadOnlyList<ClassProbability> Classes,
    bool IsOutOfDistribution,
    float? OodScore,
    double? PValue,
    string? Unusualness,
    IReadOnlyList<NearestResult> Nearest,
    string? Error,
    double Milliseconds)
{
    private const int MostClasses = 5, Digits = 2;

    public static PredictResult Of(UploadedFile file, Prediction prediction, ModelCard model)
    {
        var milliseconds = Math.Round(prediction.Duration.TotalMilliseconds, Digits);
        return prediction.Error is { } error
            ? new(file.Name, null, null, [], IsOutOfDistribution: true, null, null, null, [], error, milliseconds)
            : new(
                file.Name,
                prediction.Classes[0].Name,
                prediction.Classes[0].Probability,
                [.. prediction.Classes.Take(MostClasses)],
                prediction.IsOutOfDistribution,
                float.IsFinite(prediction.OodScore) ? prediction.OodScore : null,
                prediction.PValue,
                Predictions.Unusualness.InWords(prediction.PValue),
                [.. prediction.Nearest.Select(image => NearestResult.Of(image, model))],
                null,
                milliseconds);
    }
}
