using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Free energy of the logits.</summary>
/// <remarks>
/// −T log Σ exp(f/T), f = logits [B, C]; gives [B], unbounded, higher = more likely out of distribution.
/// Liu et al., "Energy-based Out-of-distribution Detection", NeurIPS 2020, arXiv 2010.03759, equation 4.
/// Needs <c>Logits</c>; learns nothing. Cost: O(BC).
/// </remarks>
/// <param name="Temperature">T &gt; 0; the paper uses 1.</param>
internal sealed record Energy(double Temperature) : OodScore
{
    public double Temperature { get; } = double.IsFinite(Temperature) && Temperature > 0
        ? Temperature
        : throw new ArgumentOutOfRangeException("temperature", Temperature, "The temperature is above 0; the paper uses 1.");

    internal override Tensor Score(in OodBatch batch) => batch.Logits!.Over(Temperature).logsumexp(1).Times(-Temperature);
}
