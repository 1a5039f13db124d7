using System.Numerics;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Fills masks of dropout on the CPU: each element by a hash of its place in memory, so that they are the same on every processor and with any number of
/// threads.
/// </summary>
/// <remarks>
/// libtorch draws each element from one generator, one after the other, on all but Intel's processors;
/// that took a tenth of a training's work, all of it on one thread.
/// The hash is that of <see cref="NetworkRandom.Hashed"/>, and <see cref="NetworkRandom.Of"/> gives the same masks on other devices.
/// </remarks>
internal static unsafe class DropoutMask
{
    /// <summary>What one thread fills at a time: fewer are not worth a second thread.</summary>
    private const int ElementsPerPart = 1 << 17;

    /// <summary>The factors of the hash.</summary>
    internal const uint First = 0x7FEB_352D, Second = 0x846C_A68B;

    /// <summary>A mask for features on the CPU.</summary>
    /// <param name="features">The features, float32, without gaps in memory.</param>
    /// <param name="keep">The share that is kept, above 0 and at most 1.</param>
    /// <param name="factor">Chooses the hash, with <paramref name="offset"/>.</param>
    /// <param name="offset">See <paramref name="factor"/>.</param>
    /// <returns>Like the features, in memory too: 1 / <paramref name="keep"/> where one is kept, 0 where not; in the caller's scope.</returns>
    public static Tensor Of(Tensor features, double keep, int factor, int offset)
    {
        using var scope = NewDisposeScope();
        var count = features.numel();
        var flat = empty(count);
        var parts = Parts(flat);
        var options = new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() };
        if (parts.Length == 1 || options.MaxDegreeOfParallelism == 1)
            for (var part = 0; part < parts.Length; part++)
                FillPart(part);
        else
            Parallel.For(0, parts.Length, options, FillPart);
        return flat.as_strided(features.shape, features.stride()).MoveToOuterDisposeScope();

        void FillPart(int part)
        {
            var start = (long)part * ElementsPerPart;
            Fill(
                new((float*)parts[part], (int)Math.Min(ElementsPerPart, count - start)),
                unchecked((uint)start),
                keep,
                unchecked((uint)factor) | 1,
                unchecked((uint)offset));
        }
    }

    /// <summary>Fills with 1 / <paramref name="keep"/> where the hash of an element's number is in the lowest share of all hashes, else with 0.</summary>
    /// <param name="mask">The elements.</param>
    /// <param name="number">The first one's number.</param>
    /// <param name="keep">The share.</param>
    /// <param name="factor">An odd number that chooses the hash, with <paramref name="offset"/>.</param>
    /// <param name="offset">See <paramref name="factor"/>.</param>
    internal static void Fill(Span<float> mask, uint number, double keep, uint factor, uint offset)
    {
        var kept = (float)(1 / keep);
        var last = (uint)Math.Max(0, (long)(keep * (1L << 32)) - 1);
        var (lastOfAll, keptOfAll, step) = (new Vector<uint>(last), new Vector<float>(kept), new Vector<uint>((uint)Vector<uint>.Count) * factor);
        var next = ((Vector<uint>.Indices + new Vector<uint>(number)) * factor) + new Vector<uint>(offset);
        var i = 0;
        for (; i <= mask.Length - Vector<uint>.Count; i += Vector<uint>.Count, next += step)
        {
            var x = next ^ Vector.ShiftRightLogical(next, 16);
            x *= First;
            x ^= Vector.ShiftRightLogical(x, 15);
            x *= Second;
            x ^= Vector.ShiftRightLogical(x, 16);
            Vector.ConditionalSelect(Vector.AsVectorSingle(Vector.LessThanOrEqual(x, lastOfAll)), keptOfAll, Vector<float>.Zero).CopyTo(mask[i..]);
        }
        for (; i < mask.Length; i++)
            mask[i] = Hash(unchecked(((number + (uint)i) * factor) + offset)) <= last ? kept : 0;

        static uint Hash(uint x)
        {
            unchecked
            {
                x = (x ^ (x >> 16)) * First;
                x = (x ^ (x >> 15)) * Second;
                return x ^ (x >> 16);
            }
        }
    }

    // Where each part begins in memory; native, so nothing moves it. A span of all of them could be too long.
    private static nint[] Parts(Tensor flat)
    {
        var count = flat.shape[0];
        var starts = new nint[(count + ElementsPerPart - 1) / ElementsPerPart];
        for (var part = 0; part < starts.Length; part++)
        {
            using var elements = flat.narrow(0, (long)part * ElementsPerPart, Math.Min(ElementsPerPart, count - ((long)part * ElementsPerPart)));
            fixed (byte* start = elements.bytes)
                starts[part] = (nint)start;
        }
        return starts;
    }
}
