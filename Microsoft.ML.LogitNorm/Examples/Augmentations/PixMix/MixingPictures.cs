using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The pictures that PixMix mixes into images of a size: made once, kept as bytes, a quarter larger than what is cut out of them.</summary>
/// <remarks>
/// Crops have at most <see cref="MostSide"/> pixels a side and are enlarged for larger images, so that 300 pictures take at most 23 MB, and no more time than
/// those for images of that size, however large the images are.
/// </remarks>
internal sealed class MixingPictures
{
    /// <summary>The side of the largest crop.</summary>
    public const int MostSide = 128;

    // Any number: the pictures are part of what PixMix is, and the same in each training.
    private const int Seed = 20220612;

    private readonly long _height, _width;   // of the images
    private readonly Tensor _pixels;   // [N, P, Q, C]

    private MixingPictures(Tensor pixels, long height, long width) => (_pixels, _height, _width) = (pixels, height, width);

    /// <summary>Pictures for images [N, H, W, C], on their device; the context keeps them.</summary>
    public static MixingPictures For(Tensor images, int count, AugmentationContext context)
    {
        var (height, width, channels, device) = (images.shape[1], images.shape[2], images.shape[3], images.device);
        var (pictureHeight, pictureWidth) = (PictureSide(height), PictureSide(width));
        var pixels = context.Kept(
            (nameof(MixingPictures), count, pictureHeight, pictureWidth, channels, device.ToString()),
            () => InChannels(FractalPictures.Make(count, pictureHeight, pictureWidth, Seed), channels).to(device));
        return new(pixels, height, width);
    }

    /// <summary>Crops of pictures.</summary>
    /// <returns>[as many, H, W, C], float32 from 0 to 1, in the caller's scope.</returns>
    public Tensor Crops(IReadOnlyList<PixMixRound> rounds)
    {
        using var scope = NewDisposeScope();
        var (pictureHeight, pictureWidth, channels, device) = (_pixels.shape[1], _pixels.shape[2], _pixels.shape[3], _pixels.device);
        var (height, width) = (Math.Min(_height, MostSide), Math.Min(_width, MostSide));
        var y = TensorArithmetic.Range(height, int64, device).unsqueeze(0).Plus(Each(rounds, round => Offset(round.Top, pictureHeight - height)));   // [R, H]
        var x = TensorArithmetic.Range(width, int64, device).unsqueeze(0);
        var mirrored = Each(rounds, round => round.Mirrored ? 1 : 0);   // [R, 1]
        x = x.Plus(mirrored * x.Times(-2L).Plus(width - 1)).Plus(Each(rounds, round => Offset(round.Left, pictureWidth - width)));   // [R, W]
        var row = Each(rounds, round => round.Picture).Times(pictureHeight).Plus(y);   // [R, H], of all rows of pixels
        var number = row.Times(pictureWidth).unsqueeze(2).Plus(x.unsqueeze(1));   // [R, H, W]
        var crops = _pixels.view(-1, channels).index_select(0, number.view(-1)).to(float32).Over(byte.MaxValue).view(-1, height, width, channels);
        if ((height, width) != (_height, _width))
            crops = functional.interpolate(crops.permute(0, 3, 1, 2), [_height, _width], mode: InterpolationMode.Bilinear, align_corners: false)
                .permute(0, 2, 3, 1);
        return crops.MoveToOuterDisposeScope();

        Tensor Each(IReadOnlyList<PixMixRound> of, Func<PixMixRound, long> number) => tensor(of.Select(number).ToArray(), device: device).unsqueeze(1);
    }

    private static long Offset(double share, long room) => (long)(share * (room + 1));

    private static int PictureSide(long side) => (int)Math.Min(side, MostSide) * 5 / 4;

    /// <summary>Grey for one channel; red, green and blue in turn for any other number.</summary>
    private static Tensor InChannels(Tensor pictures, long channels)
    {
        if (channels == 3)
            return pictures;
        if (channels == 1)
            return pictures.to(float32).mean([3], keepdim: true).round().to(uint8);
        return pictures.index_select(3, tensor(Enumerable.Range(0, (int)channels).Select(channel => channel % 3L).ToArray()));
    }
}
