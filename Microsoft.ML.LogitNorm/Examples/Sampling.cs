using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>How often the rows of each class come in an epoch.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sampling>))]
public enum Sampling
{
    /// <summary>Each row once.</summary>
    Natural,

    /// <summary>
    /// Each class as often as each other. An epoch has as many steps as before: rows of rare classes come several times, of common ones only a part, which
    /// changes from epoch to epoch. Rows must be in memory, not streamed.
    /// </summary>
    Balanced,
}
