using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>A tensor on its way to a file: from torch's memory, or from managed memory, for which torch need not be there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Write">Writes its elements, little endian and row-major.</param>
internal sealed record TensorData(string Name, ScalarType Type, long[] Shape, Action<Stream> Write)
{
    /// <summary>Elements read or written at once: a span, which is how they are reached, ends at 2 GB; a bank of training rows may not.</summary>
    public const int ElementsAtOnce = 1 << 24;

    /// <summary>A tensor of any device and memory order, which stays the caller's.</summary>
    public static TensorData Of(string name, Tensor tensor) => new(name, tensor.dtype, tensor.shape, stream =>
    {
        using var scope = NewDisposeScope();
        foreach (var part in Parts(tensor.detach().cpu().contiguous()))
            stream.Write(part.bytes);
    });

    /// <summary>A vector.</summary>
    public static TensorData OfVector(string name, ReadOnlyMemory<float> values) => new(name, ScalarType.Float32, [values.Length], stream =>
    {
        for (var start = 0; start < values.Length; start += ElementsAtOnce)
            stream.Write(MemoryMarshal.AsBytes(values.Span.Slice(start, Math.Min(ElementsAtOnce, values.Length - start))));
    });

    /// <summary>Whether no value is NaN or infinite; a contiguous tensor on the CPU is not copied.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        if (!tensor.is_floating_point())
            return true;
        using var scope = NewDisposeScope();
        foreach (var part in Parts(tensor.detach().cpu().contiguous()))
        {
            using var step = NewDisposeScope();   // or what is made of each part would stay until the last
            if (!part.isfinite().all().item<bool>())
                return false;
        }
        return true;
    }

    /// <summary>
    /// A contiguous tensor on the CPU as vectors of at most <see cref="ElementsAtOnce"/> elements, which are views of it, in the caller's scope.
    /// </summary>
    public static IEnumerable<Tensor> Parts(Tensor tensor)
    {
        var flat = tensor.view(-1);
        for (long start = 0; start < flat.shape[0]; start += ElementsAtOnce)
            yield return flat.narrow(0, start, Math.Min(ElementsAtOnce, flat.shape[0] - start));
    }
}
