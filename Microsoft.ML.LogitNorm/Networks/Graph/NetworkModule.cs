using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>A network before its head: images [B, channels, H, W] → embedding [B, D].</summary>
internal abstract class EmbeddingModule(string name) : Module<Tensor, Tensor>(name)
{
    /// <summary>The same function as it stands, for scoring only, with its batch norms folded into convolutions.</summary>
    /// <param name="folding">Makes the parts and owns their memory.</param>
    /// <returns>Images, channels last in memory, to embedding; without gradients.</returns>
    public abstract Func<Tensor, Tensor> Fold(Folding folding);
}
