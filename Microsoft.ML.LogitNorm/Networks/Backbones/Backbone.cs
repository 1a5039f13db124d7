using System.Text.Json.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// The architecture of the network, up to its last layer:
/// <see cref="Dense"/> for feature vectors, the others for images of any size and any number of channels.
/// </summary>
/// <remarks>
/// The family is closed: its members are this type's static methods. A backbone is an immutable value; two with equal parameters are equal.
/// Those for images are the forms made for small ones (CIFAR), with global average pooling last, unless they take a <see cref="Stem"/> and are given another.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(WideResNetBackbone), "wide-resnet")]
[JsonDerivedType(typeof(ResNetBackbone), "resnet")]
[JsonDerivedType(typeof(DenseNetBackbone), "densenet")]
[JsonDerivedType(typeof(VggBackbone), "vgg")]
[JsonDerivedType(typeof(DenseBackbone), "dense")]
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
    /// <param name="stem">Its first layers, for small images or for photos.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="stem"/> is none of the enumeration's.</exception>
    /// <remarks>
    /// He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385.
    /// Images of at least 8×8, or 32×32 with <see cref="Stem.ImageNet"/>.
    /// </remarks>
    public static Backbone ResNet18(Stem stem = Stem.Cifar) => new ResNetBackbone(18, stem);

    /// <summary>Residual network of 34 layers: 21.3 million weights.</summary>
    /// <inheritdoc cref="ResNet18" path="/param|/exception|/remarks"/>
    public static Backbone ResNet34(Stem stem = Stem.Cifar) => new ResNetBackbone(34, stem);

    /// <summary>Residual network of 50 layers, with bottlenecks: 23.5 million weights, and an embedding of 2048 features.</summary>
    /// <inheritdoc cref="ResNet18" path="/param|/exception|/remarks"/>
    public static Backbone ResNet50(Stem stem = Stem.Cifar) => new ResNetBackbone(50, stem);

    /// <summary>Densely connected network with bottlenecks and halved transitions (DenseNet-BC): DenseNet(100, 12) has 769 thousand weights.</summary>
    /// <param name="depth">Number of layers: 10, 16, 22, …, 40, …, 100, … (6n + 4, at most 1000).</param>
    /// <param name="growth">Features that each layer adds, from 1 to 1024.</param>
    /// <param name="dropout">Share of the features that training drops after each convolution but the first, at least 0 and below 1.</param>
    /// <param name="stem">Its first layers, for small images or for photos.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    /// <remarks>
    /// Huang et al., "Densely Connected Convolutional Networks", CVPR 2017, arXiv 1608.06993.
    /// Images of at least 4×4, or 16×16 with <see cref="Stem.ImageNet"/>.
    /// </remarks>
    public static Backbone DenseNet(int depth = 100, int growth = 12, double dropout = 0, Stem stem = Stem.Cifar)
        => new DenseNetBackbone(depth, growth, dropout, stem);

    /// <summary>Plain network of 3×3 convolutions, with batch norms and global average pooling: Vgg(16) has 14.7 million weights.</summary>
    /// <param name="depth">Number of layers, as the paper counts them: 11, 13, 16 or 19.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="depth"/> is another.</exception>
    /// <remarks>
    /// Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv 1409.1556. Images of at least 32×32.
    /// </remarks>
    public static Backbone Vgg(int depth = 16) => new VggBackbone(depth);

    /// <summary>Fully connected layers on feature vectors, such as columns of a table, text embeddings or the features of a pretrained network.</summary>
    /// <param name="hidden">
    /// Sizes of the hidden layers, each from 1 to 65,536; null or empty for none, a linear model, whose embedding is the standardised features.
    /// </param>
    /// <param name="dropout">Share of the features that training drops after each hidden layer, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    /// <remarks>
    /// A hidden layer is linear, with batch norm (Ioffe and Szegedy, ICML 2015, arXiv 1502.03167) and ReLU.
    /// The feature column is a plain <c>Vector&lt;Single, D></c>.
    /// </remarks>
    public static Backbone Dense(IReadOnlyList<int>? hidden = null, double dropout = 0) => new DenseBackbone(hidden ?? [], dropout);

    /// <summary>Whether it takes feature vectors, not images.</summary>
    internal virtual bool TakesVectors => false;

    /// <summary>The names of its parts, in order, whatever it takes.</summary>
    internal IReadOnlyList<string> StageNames
        => [.. Graph(TakesVectors ? NodeShape.Vector(1) : NodeShape.Image(1)).Stages.Select(stage => stage.Name)];

    /// <summary>The network of this architecture.</summary>
    /// <param name="input">What it takes.</param>
    /// <exception cref="ArgumentException">It does not take that.</exception>
    internal NetworkGraph Graph(NodeShape input)
    {
        if (input.IsVector != TakesVectors)
            throw new ArgumentException($"{this} takes {(TakesVectors ? "feature vectors" : "images")}, not {input}.", nameof(input));
        var network = new NetworkBuilder(input);
        Describe(network);
        return network.Build();
    }

    /// <summary>A new network to train, on the CPU, with freshly drawn weights. The caller disposes it.</summary>
    /// <param name="input">What it takes.</param>
    /// <param name="classes">C, the number of logits.</param>
    /// <param name="random">Where its weights, and while it trains its dropout, come from.</param>
    /// <param name="head">What comes after the embedding; null for <see cref="Head.Linear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel or one class.</exception>
    internal ClassifierNetwork CreateNetwork(NodeShape input, int classes, NetworkRandom random, Head? head = null)
    {
        var network = CreateNetwork(input, classes, CPU, head, random);
        network.Draw(random.Generator);
        return network;
    }

    /// <summary>A network whose weights are yet to be read, all 0, or without any on the META device. The caller disposes it.</summary>
    /// <param name="input">What it takes.</param>
    /// <param name="classes">C, the number of logits.</param>
    /// <param name="device">Where it will be.</param>
    /// <param name="head">What comes after the embedding; null for <see cref="Head.Linear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one channel or one class.</exception>
    internal ClassifierNetwork CreateNetwork(NodeShape input, int classes, Device device, Head? head = null)
        => CreateNetwork(input, classes, device, head, random: null);

    private ClassifierNetwork CreateNetwork(NodeShape input, int classes, Device device, Head? head, NetworkRandom? random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Channels, 1, "channels");
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        using var scope = NewDisposeScope();
        var graph = Graph(input);
        return new(new NetworkModule(graph, device, random), head ?? Head.Linear(), graph.EmbeddingSize, classes, device);
    }

    /// <summary>Writes down the layers before the head; the last one's output is the embedding.</summary>
    private protected abstract void Describe(NetworkBuilder network);
}
