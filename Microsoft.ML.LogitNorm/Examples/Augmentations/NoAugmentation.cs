using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.None"/>
internal sealed record NoAugmentation : Augmentation
{
    public override string ToString() => "None";

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context) => pixels.index_select(0, rows);
}
