using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What an augmentation has besides images for the length of a training: random numbers, what values mean, and what it keeps on the device.</summary>
/// <param name="input">What the images are.</param>
/// <param name="normalization">How they will be standardised.</param>
/// <param name="generator">Where all randomness comes from, on the CPU; the caller's.</param>
internal sealed class AugmentationContext(NetworkInput input, InputNormalization normalization, Generator generator) : IDisposable
{
    private readonly Dictionary<object, Tensor> _kept = [];

    /// <summary>Where all randomness comes from, on the CPU.</summary>
    public Generator Generator => generator;

    /// <summary>The mean of each channel in the images' own units, which standardised is 0.</summary>
    public IReadOnlyList<float> Mean => normalization.Mean;

    /// <summary>What white is in the images' own units; black is 0.</summary>
    public double White { get; } = input is ImageInput image ? normalization.PixelRange(image.Kind) : byte.MaxValue;

    /// <summary>A tensor that is made once, and freed with this.</summary>
    /// <param name="key">What it is, device included; compared by value.</param>
    /// <param name="make">Makes it, in a scope of its own.</param>
    /// <returns>It, owned here.</returns>
    public Tensor Kept(object key, Func<Tensor> make)
    {
        if (_kept.TryGetValue(key, out var kept))
            return kept;
        using var scope = NewDisposeScope();
        return _kept[key] = make().DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _kept.Values)
            tensor.Dispose();
        _kept.Clear();
    }
}
