using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.Cutout"/>
internal sealed record CutoutAugmentation(int Size) : Augmentation
{
    public int Size { get; } = Size >= 1 ? Size : throw new ArgumentOutOfRangeException("size", Size, "Cut out a square of at least 1 pixel.");

    public override string ToString() => $"Cutout({Size})";

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (rows.shape[0], pixels.shape[1], pixels.shape[2]);
        var covered = Covered(batch, height, context.Generator, pixels.device).unsqueeze(2)
            .logical_and(Covered(batch, width, context.Generator, pixels.device).unsqueeze(1));   // [B, H, W]
        var images = pixels.index_select(0, rows);
        return where(covered.unsqueeze(3), Colour(pixels, context), images).MoveToOuterDisposeScope();
    }

    /// <summary>The lines of each image on which its square lies, [B, length].</summary>
    private Tensor Covered(long batch, long length, Generator generator, Device device)
    {
        var centre = randint(0, length, [batch, 1], dtype: int64, generator: generator).to(device);
        var place = TensorArithmetic.Range(length, int64, device).unsqueeze(0).sub(centre).Plus(Size / 2);   // 0 where the square begins
        return place.IsNotNegative().logical_and_(place.IsBelow(Size));
    }

    // [C]. Bytes have none between two of them: the nearest is at most 1/510 of the range from the mean.
    private static Tensor Colour(Tensor pixels, AugmentationContext context)
    {
        var mean = tensor(context.Mean.ToArray());
        return (pixels.is_floating_point() ? mean : mean.round().Within(0L, 255)).to(pixels.dtype).to(pixels.device);
    }
}
