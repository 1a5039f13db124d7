using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Element types that tensors have in files.</summary>
internal static class TensorType
{
    private static readonly (ScalarType Type, string Code, int Size)[] _types =
    [
        (ScalarType.Float32, "F32", 4), (ScalarType.Float64, "F64", 8), (ScalarType.Float16, "F16", 2), (ScalarType.BFloat16, "BF16", 2),
        (ScalarType.Int64, "I64", 8), (ScalarType.Int32, "I32", 4), (ScalarType.Int16, "I16", 2), (ScalarType.Int8, "I8", 1),
        (ScalarType.Byte, "U8", 1), (ScalarType.Bool, "BOOL", 1),
    ];

    /// <summary>The type's name in the safetensors format; null where it is not read or written.</summary>
    public static string? CodeOf(ScalarType type) => Array.Find(_types, known => known.Type == type).Code;

    /// <summary>The type of a name in the safetensors format; null for an unknown one.</summary>
    public static ScalarType? Of(string code) => Array.Find(_types, known => known.Code == code) is { Code: not null } known ? known.Type : null;

    /// <summary>Bytes of an element.</summary>
    /// <exception cref="InvalidDataException">The type is not read or written.</exception>
    public static int Size(ScalarType type) => Array.Find(_types, known => known.Type == type) is { Size: > 0 and var size }
        ? size
        : throw new InvalidDataException($"element type {type} is not one that this library reads or writes.");
}
