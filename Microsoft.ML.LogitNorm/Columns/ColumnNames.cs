namespace Microsoft.ML.LogitNorm;

/// <summary>The columns by which the parts know each other: what the model, the scores and the decision append.</summary>
internal static class ColumnNames
{
    /// <summary>Text: why an image is missing; empty where it is not.</summary>
    public const string ImageError = "ImageError";

    /// <summary>Key, as the label: the arg max of the logits.</summary>
    public const string PredictedLabel = "PredictedLabel";

    /// <summary>Vector of float [classes]: the softmax of the logits.</summary>
    public const string Score = "Score";

    /// <summary>Vector of float [classes]: the network's raw outputs.</summary>
    public const string Logits = "Logits";

    /// <summary>Vector of float [embedding size]: the features before the last layer.</summary>
    public const string Embedding = "Embedding";

    /// <summary>Vector of float: mean and standard deviation of each feature map at the end of each stage of the network.</summary>
    public const string LayerStatistics = "LayerStatistics";

    /// <summary>Float, by default: higher means more likely out of distribution.</summary>
    public const string OodScore = "OodScore";

    /// <summary>Float in [0, 1): 1 − conformal p-value.</summary>
    public const string OodConfidence = "OodConfidence";

    /// <summary>Bool: the decision.</summary>
    public const string IsOutOfDistribution = "IsOutOfDistribution";

    /// <summary>Vector of int: the indices of the most similar training images.</summary>
    public const string NearestImages = "NearestImages";

    /// <summary>Vector of float in [−1, 1]: how similar each is.</summary>
    public const string NearestSimilarities = "NearestSimilarities";
}
