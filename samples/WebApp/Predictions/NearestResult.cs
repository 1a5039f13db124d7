using WebApp.Cards;

namespace WebApp.Predictions;

/// <summary>A training image that looks like the file.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Similarity">The cosine of the angle between the embeddings, in [−1, 1].</param>
/// <param name="Url">Where it is, small, as a PNG; as long as this model serves.</param>
internal sealed record NearestResult(string Class, float Similarity, string Url)
{
    public static NearestResult Of(SimilarImage image, ModelCard model) => new(image.Class, image.Similarity, ImageEndpoint.Path(model.Version, image.Number));
}
