using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// JSON for model files. A family such as <see cref="Backbone"/> or <see cref="OodScore"/>, an abstract record with sealed cases in this
/// assembly, is written with the name of its case and can be read back as nothing but one of them; a new case needs no registration.
/// </summary>
internal static class ModelJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameTheCases } },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 16,
    };

    private static void NameTheCases(JsonTypeInfo info)
    {
        if (info.Type is not { IsAbstract: true, IsInterface: false } || info.Type.Assembly != typeof(ModelJson).Assembly)
            return;
        info.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization };
        foreach (var type in info.Type.Assembly.GetTypes().Where(type => type.IsSealed && type.IsSubclassOf(info.Type)))
            info.PolymorphismOptions.DerivedTypes.Add(new(type, type.Name));
    }
}
