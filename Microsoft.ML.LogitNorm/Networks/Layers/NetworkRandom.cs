using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Where the randomness of a network in training comes from: its first weights, and the masks of dropout.</summary>
/// <remarks>
/// Torch's global generators have no part in it, so that nothing else in the process changes a training, and a training changes nothing else. The generator is
/// on the CPU, as TorchSharp makes no others. On other devices a mask is therefore computed there, as a hash of each element's place in memory that two numbers
/// from the generator choose; so a training that goes on from a checkpoint draws the same masks on every device,
/// whose features lie channels last as they do on the CPU.
/// </remarks>
/// <param name="seed">Any number.</param>
internal sealed class NetworkRandom(int seed) : IDisposable
{
    /// <summary>What first weights and masks are drawn from.</summary>
    public Generator Generator { get; } = new(unchecked((ulong)seed), CPU);

    /// <summary>A mask to multiply features with.</summary>
    /// <param name="features">The features, of any shape.</param>
    /// <param name="keep">The share that is kept, above 0 and at most 1.</param>
    /// <returns>Like the features: 1 / <paramref name="keep"/> where one is kept, 0 where not; in the caller's scope.</returns>
    public Tensor Mask(Tensor features, double keep)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (features.device_type == DeviceType.CPU)
            return DropoutMask.Of(features, keep, Number(), Number()).MoveToOuterDisposeScope();
        return Of(features, keep, Number(), Number()).MoveToOuterDisposeScope();

        int Number() => randint(int.MinValue, int.MaxValue, [1], dtype: int32, generator: Generator).item<int>();
    }

    /// <summary>A mask for features on any device, by torch's operators there: the values of <see cref="DropoutMask.Of"/>.</summary>
    /// <param name="features">The features, without gaps in memory.</param>
    /// <param name="keep">The share that is kept, above 0 and at most 1.</param>
    /// <param name="factor">Chooses the hash, with <paramref name="offset"/>.</param>
    /// <param name="offset">See <paramref name="factor"/>.</param>
    /// <returns>Like the features, in memory too; in the caller's scope.</returns>
    internal static Tensor Of(Tensor features, double keep, int factor, int offset)
    {
        using var scope = NewDisposeScope();
        using var kept = (1 / keep).ToScalar();   // a factor, as a division is by another number in float32
        var mask = Hashed(features.numel(), keep, factor, offset, features.device).to(features.dtype).mul_(kept);
        return mask.as_strided(features.shape, features.stride()).MoveToOuterDisposeScope();
    }

    /// <summary>Which of so many elements are kept: those whose number's hash is in the lowest share of all hashes.</summary>
    /// <param name="count">How many elements.</param>
    /// <param name="keep">The share that is kept.</param>
    /// <param name="factor">Chooses the hash, with <paramref name="offset"/>; of any two numbers, other elements are kept.</param>
    /// <param name="offset">See <paramref name="factor"/>.</param>
    /// <param name="device">Where to compute.</param>
    /// <returns>[count], bool, in the caller's scope.</returns>
    /// <remarks>The hash is lowbias32 of C. Wellons, "Prospecting for Hash Functions", 2018, whose bits all depend on all bits of the number.</remarks>
    internal static Tensor Hashed(long count, double keep, int factor, int offset, Device device)
    {
        using var scope = NewDisposeScope();
        // In 64 bits of which the lower 32 count: torch shifts signed numbers, which would smear the sign.
        using Scalar first = ((long)DropoutMask.First).ToScalar(), second = ((long)DropoutMask.Second).ToScalar();
        var mask = tensor(0xFFFF_FFFFL, device: device);
        var x = TensorArithmetic.Range(count, int64, device).Times(unchecked((long)((uint)factor | 1))).Plus(unchecked((long)(uint)offset)).bitwise_and_(mask);
        Shift(16);
        Multiply(first);
        Shift(15);
        Multiply(second);
        Shift(16);
        return x.IsBelow(Math.Max(1, (long)(keep * (1L << 32)))).MoveToOuterDisposeScope();

        void Shift(long bits) => x.bitwise_xor_(x.bitwise_right_shift(tensor(bits, device: device)));

        void Multiply(Scalar number) => x.mul_(number).bitwise_and_(mask);
    }

    public void Dispose() => Generator.Dispose();
}
