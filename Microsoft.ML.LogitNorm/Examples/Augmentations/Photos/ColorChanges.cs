using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Changes of colour, of all images of a batch [B, H, W, C], by a factor f for each, [B, 1, 1, 1].</summary>
/// <remarks>
/// Values are from 0 to 1 and stay there. The changes are those of torchvision: blends with black, with the mean grey, and with the grey image; and a turn of
/// the hue (HSV: Smith, "Color Gamut Transform Pairs", SIGGRAPH 1978).
/// </remarks>
internal static class ColorChanges
{
    /// <summary>Red, green and blue: what saturation and hue are defined for.</summary>
    public const int Channels = 3;

    private const double Sextants = 6;

    // Of a grey pixel, whose differences are 0 too: any hue will do, and NaN will not.
    private const double LeastChroma = 1e-12;

    // ITU-R BT.601.
    private static readonly float[] _luma = [0.299f, 0.587f, 0.114f];

    /// <summary>f·x.</summary>
    public static Tensor Brightness(Tensor images, Tensor factor) => images.mul(factor).Within(0.0, 1.0);

    /// <summary>f·x + (1 − f)·ḡ, with ḡ the mean over each image's grey.</summary>
    public static Tensor Contrast(Tensor images, Tensor factor) => Blend(images, Grey(images).mean([1, 2, 3], keepdim: true), factor);

    /// <summary>f·x + (1 − f)·g.</summary>
    public static Tensor Saturation(Tensor images, Tensor factor) => Blend(images, Grey(images), factor);

    /// <summary>Turns the hue by f, of 1 for a whole circle.</summary>
    /// <remarks>
    /// Of the colour with highest value v, lowest l and chroma c = v − l, channel n (5 for red, 3 for green, 1 for blue) becomes
    /// v − c · max(0, min(k, 4 − k, 1)), k = (n + 6h) mod 6, with h the hue that it had plus f. A grey pixel stays.
    /// </remarks>
    public static Tensor Hue(Tensor images, Tensor factor)
    {
        using var scope = NewDisposeScope();
        var (value, highest) = images.max(3, keepdim: true);   // both [B, H, W, 1]
        var chroma = value.sub(images.amin([3], keepdim: true));
        var divisor = chroma.AtLeast(LeastChroma);
        var (red, green, blue) = (images.narrow(3, 0, 1), images.narrow(3, 1, 1), images.narrow(3, 2, 1));
        // In sextants of the circle from red: which channel is highest tells where its third begins.
        var thirds = cat([green.sub(blue).div(divisor), blue.sub(red).div(divisor).Plus(2.0), red.sub(green).div(divisor).Plus(4.0)], 3);
        var sextant = thirds.gather(3, highest).Plus(factor.Times(Sextants));
        var result = cat([.. ((double[])[5, 3, 1]).Select(n => Channel(sextant.Plus(n), value, chroma))], 3);
        return result.Within(0.0, 1.0).MoveToOuterDisposeScope();
    }

    /// <summary>0.299 R + 0.587 G + 0.114 B, or the mean of other channels, [B, H, W, 1].</summary>
    public static Tensor Grey(Tensor images) => images.shape[3] == Channels
        ? images.matmul(tensor(_luma, device: images.device).view(Channels, 1))
        : images.mean([3], keepdim: true);

    private static Tensor Channel(Tensor place, Tensor value, Tensor chroma)
    {
        var k = place.sub(place.Over(Sextants).floor().Times(Sextants));   // mod 6, at least 0
        return value.sub(chroma.mul(minimum(k, k.neg().Plus(4.0)).Within(0.0, 1.0)));
    }

    private static Tensor Blend(Tensor images, Tensor with, Tensor factor)
        => images.mul(factor).Plus(factor.neg().Plus(1.0).mul(with)).Within(0.0, 1.0);
}
