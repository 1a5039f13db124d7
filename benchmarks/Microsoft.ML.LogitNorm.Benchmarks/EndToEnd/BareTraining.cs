using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>A training step in TorchSharp alone: on batches that lie there normalised, with nothing counted, checked or augmented.</summary>
internal sealed class BareTraining : IDisposable
{
    private const double Tau = 0.04;

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor _images, _labels;

    /// <param name="network">Images [B, 3, side, side] to logits; owned from now on.</param>
    /// <param name="batchSize">Images in a step.</param>
    /// <param name="channelsLast">Whether a pixel's channels lie side by side in memory.</param>
    /// <param name="side">Height and width of the images.</param>
    public BareTraining(nn.Module<Tensor, Tensor> network, int batchSize, bool channelsLast, int side = SyntheticImages.Side)
    {
        using var scope = NewDisposeScope();
        _network = network;
        _network.train();
        _optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9, weight_decay: 5e-4, nesterov: true);
        var images = randn(batchSize, side, side, SyntheticImages.Channels).permute(0, 3, 1, 2);
        _images = (channelsLast ? images : images.contiguous()).DetachFromDisposeScope();
        _labels = randint(0, SyntheticImages.Classes, [batchSize], dtype: int64).DetachFromDisposeScope();
    }

    /// <summary>One step on the LogitNorm loss.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        var logits = _network.call(_images);
        var loss = nn.functional.cross_entropy(logits / (logits.norm(1, keepdim: true, p: 2) + 1e-7) / Tau, _labels);
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }
}
