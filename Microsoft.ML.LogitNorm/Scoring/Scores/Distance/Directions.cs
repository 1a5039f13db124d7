using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Embeddings without their length.</summary>
internal static class Directions
{
    /// <summary>Least norm that is divided by: a zero embedding has no direction, and stays zero.</summary>
    internal const double MinimumNorm = 1e-10;

    /// <summary>z / ‖z‖₂ of each row, [B, D].</summary>
    public static Tensor Of(Tensor embedding) => nn.functional.normalize(embedding, dim: 1, eps: MinimumNorm);

    /// <summary>The directions, or the embeddings as they are, [B, D].</summary>
    public static Tensor Of(Tensor embedding, bool normalize) => normalize ? Of(embedding) : embedding;
}
