using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Largest cosine of the embedding and the class weights, negated.</summary>
/// <remarks>
/// −max_i cos(w_i, z), z = embedding [B, D], w = class weights of the head [C, D]; gives [B] in [−1, 1], higher = more likely out of distribution;
/// 0 for a zero embedding.
/// The score that goes with both cosine heads: Techapanurak et al., arXiv 1905.10628, and, as max h without input perturbation, Hsu et al., "Generalized ODIN",
/// CVPR 2020, arXiv 2002.11297. Needs <c>Embedding</c> and the network's head, of any kind; learns nothing. Cost: O(BCD).
/// </remarks>
internal sealed record MaxCosine : OodScore
{
    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override Tensor Score(in OodBatch batch) => -batch.Network!.Classifier.CosineSimilarities(batch.Embedding!).amax([1]);
}
