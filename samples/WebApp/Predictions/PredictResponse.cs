namespace WebApp.Predictions;

/// <summary>The answer to POST /predict.</summary>
/// <param name="Model">The name of the model.</param>
/// <param name="ModelVersion">Its version.</param>
/// <param name="Results">One for each file, in their order.</param>
internal sealed record PredictResponse(string Model, string ModelVersion, IReadOnlyList<PredictResult> Results);
