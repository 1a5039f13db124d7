namespace WebApp.Inference;

/// <summary>An output tensor that is wanted.</summary>
/// <param name="Name">Which.</param>
internal sealed record InferenceOutput(string? Name);
