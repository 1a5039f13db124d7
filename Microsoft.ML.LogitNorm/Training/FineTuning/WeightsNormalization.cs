namespace Microsoft.ML.LogitNorm;

/// <summary>How the input was normalised when weights were trained.</summary>
/// <param name="Values">In the unit of the column that is trained on.</param>
/// <param name="Source">Who says so, for messages.</param>
/// <param name="IsAssumed">Whether it is only what such weights usually have.</param>
internal sealed record WeightsNormalization(InputNormalization Values, string Source, bool IsAssumed);
