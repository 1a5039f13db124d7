namespace WebApp.Inference;

/// <summary>An output tensor.</summary>
/// <param name="Name">Which.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Data">Its elements, flat: an array of texts, numbers or truth values.</param>
internal sealed record InferenceTensor(string Name, string Datatype, IReadOnlyList<long> Shape, object Data);
