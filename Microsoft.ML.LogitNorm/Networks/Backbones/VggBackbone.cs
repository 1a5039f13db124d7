namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Plain network of 3×3 convolutions with batch norms, whose stages end with max pooling, and global average pooling in place of its linear layers.
/// </summary>
/// <remarks>Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv 1409.1556.</remarks>
internal sealed record VggBackbone(int Depth) : Backbone
{
    public int Depth { get; } = Depth is 11 or 13 or 16 or 19
        ? Depth
        : throw new ArgumentOutOfRangeException(nameof(Depth), Depth, "VGG comes with 11, 13, 16 or 19 layers.");

    private int[] ConvolutionsPerStage => Depth switch
    {
        11 => [1, 1, 2, 2, 2],
        13 => [2, 2, 2, 2, 2],
        16 => [2, 2, 3, 3, 3],
        _ => [2, 2, 4, 4, 4],
    };

    public override string ToString() => $"Vgg({Depth})";

    private protected override void Describe(NetworkBuilder network)
    {
        var maps = network.Input;
        foreach (var (stage, convolutions) in ConvolutionsPerStage.Index())
        {
            for (var i = 0; i < convolutions; i++)
                maps = network.NormReLU(
                    $"stage{stage + 1}.bn{i + 1}",
                    network.Convolution($"stage{stage + 1}.conv{i + 1}", maps, Math.Min(64 << stage, 512), kernel: 3));
            maps = network.Stage($"stage{stage + 1}", network.MaxPool(maps, size: 2, stride: 2));
        }
        network.GlobalAverage(maps);
    }
}
