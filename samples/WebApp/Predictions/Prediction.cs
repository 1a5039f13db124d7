using WebApp.Engines;

namespace WebApp.Predictions;

/// <summary>What a model says of an image.</summary>
/// <param name="Error">Why the image cannot be read; null if it can. There are no classes then.</param>
/// <param name="Classes">All classes, the most probable first.</param>
/// <param name="Probabilities">Their probabilities, in the order of the model's classes.</param>
/// <param name="IsOutOfDistribution">The decision: none of the classes. True for an image that cannot be read.</param>
/// <param name="OodScore">Higher means more likely none of the classes; 0 for an image that cannot be read.</param>
/// <param name="PValue">The share of known images that look at least this unusual; 0 for an image that cannot be read.</param>
/// <param name="Nearest">The training images that are most alike; none where the model keeps none, or the image cannot be read.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record Prediction(
    string? Error,
    IReadOnlyList<ClassProbability> Classes,
    IReadOnlyList<float> Probabilities,
    bool IsOutOfDistribution,
    float OodScore,
    double PValue,
    IReadOnlyList<SimilarImage> Nearest,
    TimeSpan Duration)
{
    // The model gives 1 − p as a float; beyond this many digits there is nothing but its rounding.
    private const int Digits = 6;

    /// <summary>The most probable class, by its number from 0; −1 for an image that cannot be read.</summary>
    public int PredictedClass => Probabilities.Count == 0 ? -1 : Probabilities.Index().MaxBy(entry => entry.Item).Index;

    public static Prediction Of(Verdict verdict, ServedModel model, TimeSpan duration)
        => verdict.ImageError.Length > 0
            ? new(ImageFault.InWords(verdict.ImageError), [], [], IsOutOfDistribution: true, 0, 0, [], duration)
            : new(
                null,
                [.. model.Card.Classes
                    .Zip(verdict.Score, (name, probability) => new ClassProbability(name, probability))
                    .OrderByDescending(entry => entry.Probability)],
                verdict.Score,
                verdict.IsOutOfDistribution,
                verdict.OodScore,
                Math.Round(1 - (double)verdict.OodConfidence, Digits),
                [.. verdict.NearestImages.Zip(
                    verdict.NearestSimilarities, (number, similarity) => new SimilarImage(number, model.Images[number].Label, similarity))],
                duration);
}
