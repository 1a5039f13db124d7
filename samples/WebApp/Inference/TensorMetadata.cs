namespace WebApp.Inference;

/// <summary>What a tensor is like.</summary>
/// <param name="Name">Which.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Shape">Its shape; −1 for what may vary.</param>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
