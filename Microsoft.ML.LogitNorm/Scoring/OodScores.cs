namespace Microsoft.ML.LogitNorm;

/// <summary>The out-of-distribution scores. For all of them higher means more likely out of distribution.</summary>
/// <remarks>
/// Which score is best depends on the training loss: the softmax score suits a network trained with LogitNorm, the energy score one trained
/// with cross-entropy. Compare them on images of your own before you choose.
/// </remarks>
public static class OodScores
{
    /// <summary>Maximum softmax probability, negated: −max p, in [−1, −1/C]. The paper's default, and the best known baseline.</summary>
    /// <remarks>Hendrycks &amp; Gimpel, ICLR 2017, arXiv 1610.02136. Needs <c>Logits</c>; learns nothing.</remarks>
    public static OodScore MaxSoftmax() => new MaxSoftmax();

    /// <summary>Maximum logit, negated: −max f, unbounded.</summary>
    /// <remarks>Hendrycks et al., ICML 2022, arXiv 1911.11132. Needs <c>Logits</c>; learns nothing.</remarks>
    public static OodScore MaxLogit() => new MaxLogit();

    /// <summary>Free energy of the logits: −T log Σ exp(f/T), unbounded. Suits cross-entropy; with LogitNorm at a small τ it is weak.</summary>
    /// <param name="temperature">T &gt; 0; the paper uses 1.</param>
    /// <remarks>Liu et al., NeurIPS 2020, arXiv 2010.03759. Needs <c>Logits</c>; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0.</exception>
    public static OodScore Energy(double temperature = 1) => new Energy(temperature);
}
