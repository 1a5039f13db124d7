using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a <see cref="TrainingLoss"/> may look at: one batch and how far the training has come. Borrowed: the caller owns the tensors.</summary>
/// <param name="Logits">Network outputs f, [B, C].</param>
/// <param name="Embedding">Penultimate features z, [B, D].</param>
/// <param name="HeadWeight">The head's class weights w, [C, D]: the W of a linear head.</param>
/// <param name="Labels">Classes y as 64-bit integers from 0 to C − 1, [B].</param>
/// <param name="Progress">Share of the training steps that are done, from 0 to 1.</param>
/// <param name="ClassWeights">How much a row of each class counts, [C], float32; null where all count the same.</param>
internal readonly record struct TrainingStep(
    Tensor Logits, Tensor Embedding, Tensor HeadWeight, Tensor Labels, double Progress, Tensor? ClassWeights = null)
{
    /// <summary>The weighted mean of the rows' values.</summary>
    /// <remarks>Σ w(yᵢ) vᵢ / Σ w(yᵢ), with y = labels; without weights the mean.</remarks>
    /// <param name="values">v, a value for each row, [B].</param>
    public Tensor Mean(Tensor values)
    {
        if (ClassWeights is null)
            return values.mean();
        var weights = ClassWeights.index_select(0, Labels);   // [B]
        return values.mul(weights).sum() / weights.sum();
    }
}
