using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>A copy of a trained network's layers before the head that only scores, and does so faster: see <see cref="Folding"/>. Safe for several threads at once.</summary>
internal sealed class FoldedNetwork : IDisposable
{
    /// <summary>Largest difference of an embedding's value to the network's own, as a share of the largest value: some hundred times float32's rounding.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>Pixels in one pass on the CPU: 32 images of 32×32. Their maps stay in the processor's caches, where those of more images do not.</summary>
    private const long PixelsPerPass = 32 * 32 * 32;

    private readonly Folding _folding;
    private readonly Func<Tensor, Tensor> _embed;
    private readonly Device _device;

    private FoldedNetwork(Folding folding, Func<Tensor, Tensor> embed, Device device) => (_folding, _embed, _device) = (folding, embed, device);

    /// <summary>Folds a network, and compares it with the original on images of noise.</summary>
    /// <param name="classifier">The network, in evaluation mode.</param>
    /// <param name="shape">The size of its images.</param>
    /// <param name="device">Where it is.</param>
    /// <returns>The copy; null where its embeddings are not the network's, as statistics that are no numbers make them.</returns>
    public static FoldedNetwork? Create(ImageClassifier classifier, ImageShape shape, Device device)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var folding = new Folding(device);
        try
        {
            var folded = new FoldedNetwork(folding, classifier.FoldEmbedding(folding), device);
            var noise = randn([2, shape.Height, shape.Width, shape.Channels], generator: generator).to(device).permute(0, 3, 1, 2);
            var expected = classifier.Embed(noise);
            // Not "above the tolerance": a difference that is no number must fail.
            if ((folded.Embed(noise) - expected).abs().max().item<float>() <= Tolerance * expected.abs().max().item<float>())
                return folded;
            folding.Dispose();
            return null;
        }
        catch
        {
            folding.Dispose();
            throw;
        }
    }

    /// <summary>Images [B, channels, H, W], channels last in memory, to the embedding [B, D], in the caller's scope. Call it without gradients.</summary>
    public Tensor Embed(Tensor images)
    {
        var rowsPerPass = Math.Max(1, PixelsPerPass / (images.shape[2] * images.shape[3]));
        if (images.shape[0] <= rowsPerPass || _device.type != DeviceType.CPU)
            return _embed(images);
        using var scope = NewDisposeScope();
        return cat([.. images.split(rowsPerPass).Select(_embed)]).MoveToOuterDisposeScope();
    }

    public void Dispose() => _folding.Dispose();
}
