namespace Microsoft.ML.LogitNorm;

/// <summary>Residual network with basic blocks: four stages of 64, 128, 256 and 512 filters.</summary>
/// <remarks>He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385. Layers are named as torchvision's.</remarks>
internal sealed record ResNetBackbone(int Depth, Stem Stem = Stem.Cifar) : Backbone
{
    public int Depth { get; } = Depth is 18 or 34
        ? Depth
        : throw new ArgumentOutOfRangeException(nameof(Depth), Depth, "ResNet comes with 18 or 34 layers.");

    public Stem Stem { get; } = BackboneArgument.Stem(Stem);

    private int[] BlocksPerStage => Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];

    public override string ToString() => Stem == Stem.Cifar ? $"ResNet{Depth}()" : $"ResNet{Depth}({Stem})";

    private protected override void Describe(NetworkBuilder network)
    {
        var filters = 64;
        var maps = Stem == Stem.Cifar
            ? network.NormReLU("bn1", network.Convolution("conv1", network.Input, filters, kernel: 3))
            : network.MaxPool(network.NormReLU("bn1", network.Convolution("conv1", network.Input, filters, kernel: 7, stride: 2)), size: 3, stride: 2);
        network.Stage("stem", maps);
        foreach (var (stage, blocks) in BlocksPerStage.Index())
        {
            var input = filters;
            filters = 64 << stage;
            for (var i = 0; i < blocks; i++)
                maps = Block(network, $"layer{stage + 1}.{i}", maps, i == 0 ? input : filters, filters, stride: i == 0 && stage > 0 ? 2 : 1);
            network.Stage($"layer{stage + 1}", maps);
        }
        network.GlobalAverage(maps);
    }

    private static int Block(NetworkBuilder network, string path, int maps, int channels, int filters, int stride)
    {
        var hidden = network.NormReLU($"{path}.bn1", network.Convolution($"{path}.conv1", maps, filters, kernel: 3, stride));
        var residual = network.Norm($"{path}.bn2", network.Convolution($"{path}.conv2", hidden, filters, kernel: 3));
        var identity = channels == filters && stride == 1
            ? maps
            : network.Norm($"{path}.downsample.1", network.Convolution($"{path}.downsample.0", maps, filters, kernel: 1, stride));
        return network.ReLU(network.Add(residual, identity));
    }
}
