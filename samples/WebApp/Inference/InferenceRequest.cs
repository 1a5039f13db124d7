namespace WebApp.Inference;

/// <summary>A request of the Open Inference Protocol, version 2.</summary>
/// <param name="Id">Comes back with the answer.</param>
/// <param name="Images">The elements of the input tensor, decoded.</param>
/// <param name="Outputs">The names of the output tensors that are wanted; empty for all.</param>
internal sealed record InferenceRequest(string? Id, IReadOnlyList<byte[]> Images, IReadOnlyList<string> Outputs);
