using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.CropAndFlip"/>
/// <remarks>
/// Crop, flip and the batch's selection are one gather: each pixel of the result is looked up in the whole set by its number, and those
/// that fall on the padding are then made black.
/// </remarks>
internal sealed record CropAndFlipAugmentation(int Padding, bool Flip) : Augmentation
{
    public int Padding { get; } = Padding >= 0 ? Padding : throw new ArgumentOutOfRangeException("padding", Padding, "Pad by 0 or more pixels.");

    public override string ToString() => $"CropAndFlip({Padding}{(Flip ? "" : ", flip: false")})";

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        var (batch, height, width, channels) = (rows.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]);
        var (device, generator) = (pixels.device, context.Generator);
        var y = TensorArithmetic.Range(height, int64, device).Plus(Offsets(batch, generator, device));   // [B, H], from -padding to height - 1 + padding
        var x = TensorArithmetic.Range(width, int64, device);
        if (Flip)
        {
            var flipped = randint(0, 2, [batch, 1], dtype: int64, generator: generator).to(device);   // [B, 1], 0 or 1
            x = x.Plus(flipped * x.Times(-2L).Plus(width - 1));   // x, or width - 1 - x
        }
        x = x.Plus(Offsets(batch, generator, device));   // [B, W]
        var inside = Inside(y, height).unsqueeze(2).logical_and(Inside(x, width).unsqueeze(1));   // [B, H, W]
        var row = rows.view(-1, 1, 1).Times(height).Plus(y.Within(0, height - 1).unsqueeze(2));   // [B, H, 1], of all rows of pixels in the set
        var number = row.Times(width).Plus(x.Within(0, width - 1).unsqueeze(1));   // [B, H, W]
        return pixels.view(-1, channels).index_select(0, number.view(-1))
            .mul_(inside.view(-1, 1))
            .view(batch, height, width, channels);
    }

    private static Tensor Inside(Tensor position, long size) => position.IsNotNegative().logical_and_(position.IsBelow(size));

    private Tensor Offsets(long batch, Generator generator, Device device)
        => randint(-Padding, Padding + 1, [batch, 1], dtype: int64, generator: generator).to(device);
}
