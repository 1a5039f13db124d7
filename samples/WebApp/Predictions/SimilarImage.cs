namespace WebApp.Predictions;

/// <summary>A training image that looks like the one that was sent.</summary>
/// <param name="Number">Its number among those that the model keeps.</param>
/// <param name="Class">Its class.</param>
/// <param name="Similarity">The cosine of the angle between the embeddings, in [−1, 1].</param>
internal sealed record SimilarImage(int Number, string Class, float Similarity);
