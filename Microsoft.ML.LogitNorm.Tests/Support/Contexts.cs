using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>What augmentations get beside images, for tests without a training.</summary>
internal static class Contexts
{
    /// <summary>For images of bytes, or of floats from 0 to <paramref name="white"/>.</summary>
    /// <param name="generator">Where randomness comes from.</param>
    /// <param name="mean">The mean of each channel; null for 127 in three channels.</param>
    /// <param name="white">255, or 1 for floats from 0 to 1, whose mean must then be at most 1.</param>
    public static AugmentationContext Of(Generator generator, float[]? mean = null, int white = 255)
    {
        mean ??= [127, 127, 127];
        var kind = white == 1 ? PixelKind.VectorOfSingle : PixelKind.VectorOfByte;
        var input = new ImageInput("Image", new(mean.Length, 8, 8), kind, Interleaved: true);
        return new(input, new(mean, [.. mean.Select(_ => white / 4f)]), generator);
    }
}
