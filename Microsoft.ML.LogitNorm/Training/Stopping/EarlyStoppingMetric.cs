using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>What tells that an epoch is better than another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EarlyStoppingMetric>))]
public enum EarlyStoppingMetric
{
    /// <summary>
    /// <see cref="TrainingEpoch.ValidationLoss"/>, the lower the better. It moves with each row, also where few rows are held out, and always is that of the
    /// end of the training: of LogitNorm with the final τ.
    /// </summary>
    Loss,

    /// <summary>
    /// <see cref="TrainingEpoch.ValidationAccuracy"/>, the higher the better. Of n rows it has steps of 1 / n: of few rows many epochs tie, of which the
    /// first is kept.
    /// </summary>
    Accuracy,
}
