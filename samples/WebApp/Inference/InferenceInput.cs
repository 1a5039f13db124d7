using System.Text.Json;

namespace WebApp.Inference;

/// <summary>An input tensor.</summary>
/// <param name="Name">Which.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Data">Its elements, in rows or flat.</param>
internal sealed record InferenceInput(string? Name, IReadOnlyList<long>? Shape, string? Datatype, JsonElement Data);
