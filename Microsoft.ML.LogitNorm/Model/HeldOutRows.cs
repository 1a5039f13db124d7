using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a network made of rows of its classes that it was not trained on.</summary>
/// <param name="Logits">[N, C].</param>
/// <param name="Embedding">[N, D].</param>
/// <param name="LayerStatistics">[N, S].</param>
/// <param name="Labels">[N], from 0.</param>
internal sealed record HeldOutRows(Tensor Logits, Tensor Embedding, Tensor LayerStatistics, Tensor Labels);
