using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>What the values of an image column are; model files hold the names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PixelKind>))]
internal enum PixelKind
{
    /// <summary><see cref="Microsoft.ML.Data.MLImage"/>; red, green and blue from 0 to 255.</summary>
    [JsonStringEnumMemberName("image")]
    Image,

    /// <summary>Vector of <see cref="byte"/>.</summary>
    [JsonStringEnumMemberName("vector-of-byte")]
    VectorOfByte,

    /// <summary>Vector of <see cref="float"/>, in whatever unit the user chose.</summary>
    [JsonStringEnumMemberName("vector-of-single")]
    VectorOfSingle,
}
