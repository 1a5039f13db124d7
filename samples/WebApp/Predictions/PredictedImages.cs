using WebApp.Cards;

namespace WebApp.Predictions;

/// <summary>Predictions, and the model that made all of them.</summary>
/// <param name="Model">The model.</param>
/// <param name="Predictions">One for each image, in their order.</param>
internal sealed record PredictedImages(ModelCard Model, IReadOnlyList<Prediction> Predictions);
