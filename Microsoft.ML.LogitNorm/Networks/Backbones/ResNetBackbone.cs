namespace Microsoft.ML.LogitNorm;

/// <summary>Residual network of four stages: of 64, 128, 256 and 512 filters in basic blocks, and four times as many behind bottlenecks.</summary>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385. Layers are named as torchvision's, and as there a bottleneck's
/// stride is that of its 3×3 convolution, where the paper has it on the 1×1 convolution in front ("ResNet v1.5").
/// </remarks>
internal sealed record ResNetBackbone(int Depth, Stem Stem = Stem.Cifar) : Backbone
{
    private const int BottleneckFactor = 4;

    public int Depth { get; } = Depth is 18 or 34 or 50
        ? Depth
        : throw new ArgumentOutOfRangeException(nameof(Depth), Depth, "ResNet comes with 18, 34 or 50 layers.");

    public Stem Stem { get; } = BackboneArgument.Stem(Stem);

    private int[] BlocksPerStage => Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];

    private bool HasBottlenecks => Depth == 50;

    public override string ToString() => Stem == Stem.Cifar ? $"ResNet{Depth}()" : $"ResNet{Depth}({Stem})";

    private protected override void Describe(NetworkBuilder network)
    {
        var channels = 64;
        var maps = Stem == Stem.Cifar
            ? network.NormReLU("bn1", network.Convolution("conv1", network.Input, channels, kernel: 3))
            : network.MaxPool(network.NormReLU("bn1", network.Convolution("conv1", network.Input, channels, kernel: 7, stride: 2)), size: 3, stride: 2);
        network.Stage("stem", maps);
        foreach (var (stage, blocks) in BlocksPerStage.Index())
        {
            var filters = 64 << stage;
            var outputs = HasBottlenecks ? filters * BottleneckFactor : filters;
            for (var i = 0; i < blocks; i++, channels = outputs)
                maps = Block(network, $"layer{stage + 1}.{i}", maps, filters, outputs, stride: i == 0 && stage > 0 ? 2 : 1, isSameSize: channels == outputs);
            network.Stage($"layer{stage + 1}", maps);
        }
        network.GlobalAverage(maps);
    }

    private int Block(NetworkBuilder network, string path, int maps, int filters, int outputs, int stride, bool isSameSize)
    {
        var residual = HasBottlenecks ? Bottleneck(network, path, maps, filters, outputs, stride) : Basic(network, path, maps, filters, stride);
        var identity = isSameSize && stride == 1
            ? maps
            : network.Norm($"{path}.downsample.1", network.Convolution($"{path}.downsample.0", maps, outputs, kernel: 1, stride));
        return network.ReLU(network.Add(residual, identity));
    }

    private static int Basic(NetworkBuilder network, string path, int maps, int filters, int stride)
    {
        var hidden = network.NormReLU($"{path}.bn1", network.Convolution($"{path}.conv1", maps, filters, kernel: 3, stride));
        return network.Norm($"{path}.bn2", network.Convolution($"{path}.conv2", hidden, filters, kernel: 3));
    }

    private static int Bottleneck(NetworkBuilder network, string path, int maps, int filters, int outputs, int stride)
    {
        var narrow = network.NormReLU($"{path}.bn1", network.Convolution($"{path}.conv1", maps, filters, kernel: 1));
        var hidden = network.NormReLU($"{path}.bn2", network.Convolution($"{path}.conv2", narrow, filters, kernel: 3, stride));
        return network.Norm($"{path}.bn3", network.Convolution($"{path}.conv3", hidden, outputs, kernel: 1));
    }
}
