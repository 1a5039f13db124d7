using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes <see cref="LightChange"/>s to many images at once, all of a kind together. Values are from 0 to 1 and stay there.</summary>
/// <remarks>What moves is read between pixels (bilinear), and what comes from outside is black. Tones are those of bytes.</remarks>
internal static class LightChanges
{
    private const int Tones = 256;

    /// <summary>Changes images.</summary>
    /// <param name="images">[B, H, W, C], float32.</param>
    /// <param name="wanted">Which image to change, and how; any of them as often as is wanted.</param>
    /// <returns>[as many as wanted, H, W, C], in that order, in the caller's scope.</returns>
    public static Tensor Of(Tensor images, IReadOnlyList<(int Image, LightChange Change)> wanted)
    {
        using var scope = NewDisposeScope();
        var changed = empty([wanted.Count, .. images.shape[1..]], float32, images.device);
        foreach (var group in wanted.Index().GroupBy(one => one.Item.Change.IsGeometric ? default(LightChange.Kinds?) : one.Item.Change.Kind))
        {
            var own = images.index_select(0, Index(group.Select(one => one.Item.Image), images.device));   // [G, H, W, C]
            LightChange[] changes = [.. group.Select(one => one.Item.Change)];
            var result = group.Key switch
            {
                null => Moved(own, changes),
                LightChange.Kinds.AutoContrast => Stretched(own),
                LightChange.Kinds.Equalize => Equalized(own),
                LightChange.Kinds.Posterize => Posterized(own, Each(own, changes.Select(change => 1 << (4 + change.Whole(4))))),
                LightChange.Kinds.Solarize => Solarized(own, Each(own, changes.Select(change => Tones - change.Whole(Tones)))),
                var kind => throw new InvalidOperationException($"No image is changed by {kind}."),
            };
            changed.index_copy_(0, Index(group.Select(one => one.Index), images.device), result);
        }
        return changed.MoveToOuterDisposeScope();
    }

    /// <summary>Rotated, sheared and moved, by one matrix each.</summary>
    private static Tensor Moved(Tensor images, LightChange[] changes)
    {
        var (height, width) = (images.shape[1], images.shape[2]);
        var matrices = tensor(changes.SelectMany(change => change.Matrix(height, width)).ToArray(), device: images.device).view(-1, 2, 3);
        var planes = images.permute(0, 3, 1, 2);   // [G, C, H, W]
        var places = functional.affine_grid(matrices, planes.shape, align_corners: false);   // [G, H, W, 2]
        return functional.grid_sample(planes, places, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false).permute(0, 2, 3, 1);
    }

    /// <summary>Each channel from its darkest to its lightest pixel becomes 0 to 1; one that is all the same stays.</summary>
    private static Tensor Stretched(Tensor images)
    {
        var least = images.amin([1, 2], keepdim: true);   // [G, 1, 1, C]
        var range = images.amax([1, 2], keepdim: true).sub(least);
        return where(range.IsPositive(), images.sub(least).div(range), images);
    }

    /// <summary>Each channel so that all tones are as frequent, as far as whole tones can be.</summary>
    /// <remarks>
    /// The tone t becomes ⌊(number of darker pixels + ⌊s/2⌋) / s⌋, at most 255, with s the 255th part of the pixels that are not the lightest, in whole
    /// pixels; where that is 0 the channel stays, as in images of fewer than 256 pixels.
    /// </remarks>
    private static Tensor Equalized(Tensor images)
    {
        var (count, channels) = (images.shape[0], images.shape[3]);
        var tones = ToTones(images).to(int64).permute(0, 3, 1, 2).reshape(count * channels, -1);   // [G·C, H·W]
        var histogram = zeros([count * channels, Tones], int64, images.device).scatter_add_(1, tones, ones_like(tones));
        var darker = histogram.cumsum(1).sub(histogram);
        var lightest = histogram.gather(1, tones.amax([1], keepdim: true));   // [G·C, 1]
        var step = lightest.neg().Plus(tones.shape[1]).to(float64).Over(Tones - 1).floor();
        var map = darker.to(float64).Plus(step.Over(2).floor()).div(step).floor().AtMost(Tones - 1);   // [G·C, 256], NaN or infinite where it is not used
        var equalized = where(step.IsPositive(), map.gather(1, tones), tones.to(float64)).Over(Tones - 1).to(float32);
        return equalized.view(count, channels, images.shape[1], images.shape[2]).permute(0, 2, 3, 1);
    }

    /// <summary>In so many tones fewer: the lowest bits are 0.</summary>
    private static Tensor Posterized(Tensor images, Tensor step) => ToTones(images).div(step).floor().mul(step).Over(Tones - 1);

    /// <summary>What is at least so light is inverted.</summary>
    private static Tensor Solarized(Tensor images, Tensor threshold) => where(ToTones(images).ge(threshold), images.neg().Plus(1.0), images);

    private static Tensor ToTones(Tensor images) => images.Times((double)(Tones - 1)).round();

    /// <summary>One number for each image, [G, 1, 1, 1].</summary>
    private static Tensor Each(Tensor images, IEnumerable<int> numbers)
        => tensor(numbers.Select(number => (float)number).ToArray(), device: images.device).view(-1, 1, 1, 1);

    private static Tensor Index(IEnumerable<int> numbers, Device device) => tensor(numbers.Select(number => (long)number).ToArray(), device: device);
}
