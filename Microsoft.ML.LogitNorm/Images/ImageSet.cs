using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All images of a data view, decoded, in the order of its rows. Owns its tensors.</summary>
/// <param name="Pixels">[N, H, W, C], bytes or floats as the column holds them.</param>
/// <param name="Labels">[N], int64, from 0.</param>
internal sealed record ImageSet(Tensor Pixels, Tensor Labels) : IDisposable
{
    /// <summary>Images in the set.</summary>
    public long Count => Labels.shape[0];

    /// <summary>A copy on the device, or the set itself where it is there already.</summary>
    public ImageSet To(Device device)
    {
        if (Pixels.device.type == device.type)
            return this;
        using (this)
            return new(Pixels.to(device).DetachFromDisposeScope(), Labels.to(device).DetachFromDisposeScope());
    }

    /// <summary>The SHA-256 of all pixels and labels, in order: what tells whether two sets are the same. For a set on the CPU.</summary>
    public string Hash()
    {
        const long BytesAtOnce = 1 << 26;   // a span ends at 2 GB
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in new[] { Pixels, Labels })
        {
            var flat = tensor.view(-1);
            var step = BytesAtOnce / flat.element_size();
            for (long start = 0; start < flat.shape[0]; start += step)
                hash.AppendData(flat.narrow(0, start, Math.Min(step, flat.shape[0] - start)).bytes);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
