namespace WebApp.Inference;

/// <summary>An answer of the Open Inference Protocol, version 2.</summary>
/// <param name="ModelName">The model.</param>
/// <param name="ModelVersion">Its version.</param>
/// <param name="Id">The request's.</param>
/// <param name="Outputs">The output tensors.</param>
internal sealed record InferenceResponse(string ModelName, string ModelVersion, string? Id, IReadOnlyList<InferenceTensor> Outputs);
