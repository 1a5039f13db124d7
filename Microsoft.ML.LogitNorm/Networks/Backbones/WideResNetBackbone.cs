using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Wide residual network with pre-activation blocks: three stages of (depth − 4) / 6 blocks with 16, 32 and 64 times <paramref name="Widen"/> filters.
/// </summary>
/// <remarks>Zagoruyko and Komodakis, "Wide Residual Networks", BMVC 2016, arXiv 1605.07146. Layers are named as in the LogitNorm paper's code.</remarks>
internal sealed record WideResNetBackbone(int Depth, int Widen, double Dropout) : Backbone
{
    public int Depth { get; } = BackboneArgument.Depth(Depth, "WideResNet");

    public int Widen { get; } = BackboneArgument.Factor(Widen, "widen");

    public double Dropout { get; } = BackboneArgument.Dropout(Dropout);

    public override string ToString()
        => Dropout == 0.3 ? $"WideResNet({Depth}, {Widen})" : string.Create(CultureInfo.InvariantCulture, $"WideResNet({Depth}, {Widen}, {Dropout})");

    private protected override void Describe(NetworkBuilder network)
    {
        var filters = 16;
        var maps = network.Stage("stem", network.Convolution("conv1", network.Input, filters, kernel: 3));
        for (var stage = 1; stage <= 3; stage++)
        {
            var input = filters;
            filters = (16 << (stage - 1)) * Widen;
            for (var i = 0; i < (Depth - 4) / 6; i++)
                maps = Block(network, $"block{stage}.{i}", maps, i == 0 ? input : filters, filters, stride: i == 0 && stage > 1 ? 2 : 1);
            network.Stage($"block{stage}", maps);
        }
        network.GlobalAverage(network.NormReLU("bn1", maps));
    }

    private int Block(NetworkBuilder network, string path, int maps, int channels, int filters, int stride)
    {
        var activated = network.NormReLU($"{path}.bn1", maps);
        var hidden = network.NormReLU($"{path}.bn2", network.Convolution($"{path}.conv1", activated, filters, kernel: 3, stride));
        var residual = network.Convolution($"{path}.conv2", network.Dropout(hidden, Dropout), filters, kernel: 3);
        // A projecting shortcut starts at the activated input, the identity at the input itself.
        return network.Add(residual, channels == filters ? maps : network.Convolution($"{path}.convShortcut", activated, filters, kernel: 1, stride));
    }
}
