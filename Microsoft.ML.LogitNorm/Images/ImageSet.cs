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

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
