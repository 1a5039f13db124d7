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

    internal override Tensor Gather(Tensor pixels, Tensor rows, Generator generator)
    {
        var (batch, height, width, channels) = (rows.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]);
        var device = pixels.device;
        var y = arange(height, device: device) + Offsets(batch, generator, device);   // [B, H], from -padding to height - 1 + padding
        var x = arange(width, device: device);
        if (Flip)
        {
            var flipped = randint(0, 2, [batch, 1], dtype: int64, generator: generator).to(device);   // [B, 1], 0 or 1
            x = x + (flipped * (width - 1 - (2 * x)));   // x, or width - 1 - x
        }
        x = x + Offsets(batch, generator, device);   // [B, W]
        var inside = Inside(y, height).unsqueeze(2).logical_and(Inside(x, width).unsqueeze(1));   // [B, H, W]
        var number = (((rows.view(-1, 1, 1) * height) + y.clamp(0, height - 1).unsqueeze(2)) * width) + x.clamp(0, width - 1).unsqueeze(1);
        return pixels.view(-1, channels).index_select(0, number.view(-1))
            .mul_(inside.view(-1, 1))
            .view(batch, height, width, channels);
    }

    private static Tensor Inside(Tensor position, long size) => position.ge(0).logical_and_(position.lt(size));

    private Tensor Offsets(long batch, Generator generator, Device device)
        => randint(-Padding, Padding + 1, [batch, 1], dtype: int64, generator: generator).to(device);
}
