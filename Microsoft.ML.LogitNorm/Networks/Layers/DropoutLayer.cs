using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Drops a share of the features while a network trains, and scales the others so that the mean stays; does nothing otherwise.</summary>
/// <remarks>
/// Srivastava et al., "Dropout", JMLR 2014. TorchSharp's own draws from torch's global generators, which belong to the application and change with all else that draws from them.
/// </remarks>
/// <param name="share">Share of the features to drop, at least 0 and below 1.</param>
/// <param name="random">Where the masks come from; null for a network that is not trained.</param>
internal sealed class DropoutLayer(double share, NetworkRandom? random) : Module<Tensor, Tensor>("Dropout")
{
    public override Tensor forward(Tensor input)
    {
        if (share == 0 || !training)
            return input;
        using var scope = NewDisposeScope();
        var source = random ?? throw new InvalidOperationException("A network that was made without randomness cannot be trained with dropout.");
        return (input * source.Mask(input, 1 - share)).MoveToOuterDisposeScope();
    }
}
