using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>Densely connected network with bottlenecks: three stages of (depth − 4) / 6 layers that each append <paramref name="Growth"/> features.</summary>
/// <remarks>
/// DenseNet-BC: 1×1 convolutions to 4 · growth features before each 3×3 one, and transitions that halve the features and the image's sides.
/// Huang et al., "Densely Connected Convolutional Networks", CVPR 2017, arXiv 1608.06993.
/// </remarks>
internal sealed record DenseNetBackbone(int Depth, int Growth, double Dropout, Stem Stem = Stem.Cifar) : Backbone
{
    private const int BottleneckFactor = 4;

    public int Depth { get; } = BackboneArgument.Depth(Depth, "DenseNet");

    public int Growth { get; } = BackboneArgument.Factor(Growth, "growth");

    public double Dropout { get; } = BackboneArgument.Dropout(Dropout);

    public Stem Stem { get; } = BackboneArgument.Stem(Stem);

    public override string ToString()
    {
        var dropout = Dropout == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Dropout}");
        return $"DenseNet({Depth}, {Growth}{dropout}{(Stem == Stem.Cifar ? "" : $", {Stem}")})";
    }

    private protected override void Describe(NetworkBuilder network)
    {
        var width = 2 * Growth;
        var maps = Stem == Stem.Cifar
            ? network.Convolution("conv1", network.Input, width, kernel: 3)
            : network.MaxPool(network.NormReLU("bn1", network.Convolution("conv1", network.Input, width, kernel: 7, stride: 2)), size: 3, stride: 2);
        network.Stage("stem", maps);
        for (var stage = 1; stage <= 3; stage++)
        {
            for (var i = 0; i < (Depth - 4) / 6; i++, width += Growth)
                maps = Layer(network, $"block{stage}.{i}", maps);
            network.Stage($"block{stage}", maps);
            if (stage == 3)
                break;
            width /= 2;
            maps = Transition(network, $"transition{stage}", maps, width);
        }
        network.GlobalAverage(network.NormReLU("bn", maps));
    }

    private int Layer(NetworkBuilder network, string path, int maps)
    {
        var bottleneck = network.Convolution($"{path}.conv1", network.NormReLU($"{path}.bn1", maps), BottleneckFactor * Growth, kernel: 1);
        var added = network.Convolution($"{path}.conv2", network.NormReLU($"{path}.bn2", network.Dropout(bottleneck, Dropout)), Growth, kernel: 3);
        return network.Concatenate(maps, network.Dropout(added, Dropout));
    }

    private int Transition(NetworkBuilder network, string path, int maps, int filters)
    {
        var mixed = network.Convolution($"{path}.conv", network.NormReLU($"{path}.bn", maps), filters, kernel: 1);
        return network.AveragePool(network.Dropout(mixed, Dropout), size: 2);
    }
}
