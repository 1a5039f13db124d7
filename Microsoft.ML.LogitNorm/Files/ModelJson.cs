using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// JSON for model files. A family such as <see cref="Backbone"/> or <see cref="OodScore"/>, an abstract record with sealed cases in this assembly, is
/// written with the name that <see cref="JsonDerivedTypeAttribute"/> gives its case, and can be read back as nothing but one of them.
/// </summary>
/// <remarks>A parameter that has a default may be missing, so that one can be added; any other is required, and an unknown property is refused.</remarks>
internal static class ModelJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 16,
    };

    /// <summary>For parts that a newer version wrote and lets this one read: properties that are unknown here are left out.</summary>
    public static JsonSerializerOptions OfNewerVersion { get; } = new(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };
}
