namespace WebApp.Inference;

/// <summary>A request of the Open Inference Protocol, version 2.</summary>
/// <param name="Id">Comes back with the answer.</param>
/// <param name="Inputs">The input tensors.</param>
/// <param name="Outputs">The output tensors that are wanted; null for all.</param>
internal sealed record InferenceRequest(string? Id, IReadOnlyList<InferenceInput>? Inputs, IReadOnlyList<InferenceOutput>? Outputs);
