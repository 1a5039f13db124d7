using System.Text.Json.Serialization;
using QuickStart;

namespace LogitNormTool.Prediction;

/// <summary>What a model says of an image, as <c>predict --json</c> and <c>score</c> write it.</summary>
/// <param name="Image">The file.</param>
/// <param name="Prediction">The most likely of the model's classes; null where the image cannot be read.</param>
/// <param name="Probability">The model's probability of that class, in [0, 1].</param>
/// <param name="OodScore">The score that the decision compares with its threshold: the higher, the more unusual. In the score's own unit.</param>
/// <param name="Unusualness">The share of calibration images that look less unusual, in [0, 1].</param>
/// <param name="OutOfDistribution">The decision: none of the classes. True for an image that cannot be read.</param>
/// <param name="Error">Why the image cannot be read; null if it can.</param>
internal sealed record Answer(
    string Image,
    string? Prediction,
    float? Probability,
    float? OodScore,
    float? Unusualness,
    bool OutOfDistribution,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    public static Answer Of(string image, Verdict verdict)
        => new(image, verdict.PredictedLabel, verdict.Score.Max(), verdict.OodScore, verdict.OodConfidence, verdict.IsOutOfDistribution, null);

    public static Answer Unreadable(string image, string reason) => new(image, null, null, null, null, true, reason);
}
