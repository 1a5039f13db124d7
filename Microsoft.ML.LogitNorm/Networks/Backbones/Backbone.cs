using System.Text.Json.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The architecture of the network, up to its last layer. All of them take images of any size and any number of channels.</summary>
/// <remarks>
/// The family is closed: its members are this type's static methods. A backbone is an immutable value; two with equal parameters are equal.
/// All are the forms made for small images (CIFAR): a 3×3 convolution of stride 1 first, no pooling after it, global average pooling last.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(WideResNetBackbone), "wide-resnet")]
[JsonDerivedType(typeof(ResNetBackbone), "resnet")]
[JsonDerivedType(typeof(DenseNetBackbone), "densenet")]
public abstract record Backbone
{
    private protected Backbone() { }

    /// <summary>Wide residual network, the paper's: WideResNet(40, 2) has 2.2 million weights, WideResNet(10, 1) 78 thousand.</summary>
    /// <param name="depth">Number of layers: 10, 16, 22, 28, 34, 40, … (6n + 4, at most 1000).</param>
    /// <param name="widen">How many times wider than the narrowest network of its kind, from 1 to 1024.</param>
    /// <param name="dropout">Share of the features that training drops inside each block, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    /// <remarks>Zagoruyko and Komodakis, "Wide Residual Networks", BMVC 2016, arXiv 1605.07146. Images of at least 4×4.</remarks>
    public static Backbone WideResNet(int depth = 40, int widen = 2, double dropout = 0.3) => new WideResNetBackbone(depth, widen, dropout);

    /// <summary>Residual network of 18 layers: 11.2 million weights.</summary>
    /// <remarks>He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385, with the stem for small images. Images of at least 8×8.</remarks>
    public static Backbone ResNet18() => new ResNetBackbone(18);

    /// <summary>Residual network of 34 layers: 21.3 million weights.</summary>
    /// <inheritdoc cref="ResNet18" path="/remarks"/>
    public static Backbone ResNet34() => new ResNetBackbone(34);

    /// <summary>Densely connected network with bottlenecks and halved transitions (DenseNet-BC): DenseNet(100, 12) has 769 thousand weights.</summary>
    /// <param name="depth">Number of layers: 10, 16, 22, …, 40, …, 100, … (6n + 4, at most 1000).</param>
    /// <param name="growth">Features that each layer adds, from 1 to 1024.</param>
    /// <param name="dropout">Share of the features that training drops after each convolution but the first, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    /// <remarks>Huang et al., "Densely Connected Convolutional Networks", CVPR 2017, arXiv 1608.06993. Images of at least 4×4.</remarks>
    public static Backbone DenseNet(int depth = 100, int growth = 12, double dropout = 0) => new DenseNetBackbone(depth, growth, dropout);

    /// <summary>D, the number of features that the head sees.</summary>
    internal abstract int EmbeddingSize { get; }

    /// <summary>Shortest side, in pixels, that leaves a whole pixel after all halvings.</summary>
    internal abstract int MinimumImageSize { get; }

    /// <summary>A new network to train, on the CPU, with freshly drawn weights. The caller disposes it.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">C, the number of logits.</param>
    /// <param name="random">Where its weights, and while it trains its dropout, come from.</param>
    /// <param name="head">What comes after the embedding; null for <see cref="Head.Linear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel or one class.</exception>
    internal ImageClassifier CreateNetwork(int channels, int classes, NetworkRandom random, Head? head = null)
    {
        var network = CreateNetwork(channels, classes, CPU, head, random);
        network.Draw(random.Generator);
        return network;
    }

    /// <summary>A network whose weights are yet to be read, all 0, or without any on the META device. The caller disposes it.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">C, the number of logits.</param>
    /// <param name="device">Where it will be.</param>
    /// <param name="head">What comes after the embedding; null for <see cref="Head.Linear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel or one class.</exception>
    internal ImageClassifier CreateNetwork(int channels, int classes, Device device, Head? head = null) => CreateNetwork(channels, classes, device, head, random: null);

    private ImageClassifier CreateNetwork(int channels, int classes, Device device, Head? head, NetworkRandom? random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        using var scope = NewDisposeScope();
        return new(CreateEmbedding(channels, device, random), head ?? Head.Linear(), EmbeddingSize, classes, device);
    }

    /// <summary>The layers before the head: [B, channels, H, W] → [B, <see cref="EmbeddingSize"/>].</summary>
    private protected abstract EmbeddingModule CreateEmbedding(int channels, Device device, NetworkRandom? random);
}
