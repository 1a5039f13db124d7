using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Images of Gaussian noise, the paper's out-of-distribution set for tuning: no photograph, so nothing that is met later is given away.</summary>
/// <remarks>
/// Each value is drawn by itself from a normal distribution around the middle of the range, with a standard deviation of half the range, and clipped to it:
/// N(0.5, 0.5²) in units of the range, so that 15.9 % of the values fall on either end.
/// </remarks>
/// <param name="Shape">The size of the images.</param>
/// <param name="PixelType">Byte, which is rounded to, or Float32.</param>
/// <param name="Low">The lowest value of a pixel.</param>
/// <param name="High">The highest value of a pixel.</param>
internal sealed record GaussianNoise(ImageShape Shape, ScalarType PixelType, float Low, float High)
{
    /// <summary>Noise in the unit of the images.</summary>
    /// <remarks>
    /// Bytes run from 0 to 255. Floats are in whatever unit the user chose: the first of [0, 1], [−1, 1] and [0, 255] that holds all of the images' values, else
    /// the range from the lowest to the highest of them.
    /// </remarks>
    /// <param name="images">[N, H, W, C], N ≥ 1.</param>
    public static GaussianNoise Like(Tensor images)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape((int)images.shape[3], (int)images.shape[1], (int)images.shape[2]);
        if (images.dtype == ScalarType.Byte)
            return new(shape, images.dtype, 0, 255);
        var (low, high) = (images.min().item<float>(), images.max().item<float>());
        (float Low, float High)[] units = [(0, 1), (-1, 1), (0, 255)];
        foreach (var unit in units)
            if (unit.Low <= low && high <= unit.High)
                return new(shape, images.dtype, unit.Low, unit.High);
        return new(shape, images.dtype, low, high);
    }

    /// <summary>Draws images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="generator">Where randomness comes from, on the CPU.</param>
    /// <returns>[count, H, W, C] in the caller's scope, on the CPU.</returns>
    public Tensor Draw(long count, Generator generator)
    {
        using var scope = NewDisposeScope();
        var noise = randn([count, Shape.Height, Shape.Width, Shape.Channels], float32, generator: generator)
            .Times((High - Low) / 2).Plus((Low + High) / 2).Within(Low, High);
        return (PixelType == ScalarType.Byte ? noise.round_().to(ScalarType.Byte) : noise).MoveToOuterDisposeScope();
    }
}
