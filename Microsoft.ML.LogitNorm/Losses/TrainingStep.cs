using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a <see cref="TrainingLoss"/> may look at: one batch and how far the training has come. Borrowed: the caller owns the tensors.</summary>
/// <param name="Logits">Network outputs f, [B, C].</param>
/// <param name="Embedding">Penultimate features z, [B, D].</param>
/// <param name="HeadWeight">The head's class weights w, [C, D]: the W of a linear head.</param>
/// <param name="Labels">Classes y as 64-bit integers from 0 to C − 1, [B].</param>
/// <param name="Progress">Share of the training steps that are done, from 0 to 1.</param>
internal readonly record struct TrainingStep(Tensor Logits, Tensor Embedding, Tensor HeadWeight, Tensor Labels, double Progress);
