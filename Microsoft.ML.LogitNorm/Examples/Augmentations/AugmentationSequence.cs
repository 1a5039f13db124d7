using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.Of"/>
/// <param name="Parts">Two or more, none of which is a sequence or <see cref="NoAugmentation"/>, so that equal ones are written alike.</param>
internal sealed record AugmentationSequence(IReadOnlyList<Augmentation> Parts) : Augmentation
{
    public IReadOnlyList<Augmentation> Parts { get; } = Check(Parts);

    public override string ToString() => string.Join(" + ", Parts);

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var batch = Parts[0].Gather(pixels, rows, context);
        var all = TensorArithmetic.Range(rows.shape[0], int64, pixels.device);
        foreach (var part in Parts.Skip(1))
            batch = part.Gather(batch, all, context);
        return batch.MoveToOuterDisposeScope();
    }

    private static IReadOnlyList<Augmentation> Check(IReadOnlyList<Augmentation> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count < 2 || parts.Any(part => part is null or AugmentationSequence or NoAugmentation))
            throw new ArgumentException(
                $"A sequence has at least 2 augmentations, none of which is a sequence or None; got [{string.Join(", ", parts)}].", nameof(parts));
        return ValueList.Of(parts);
    }
}
