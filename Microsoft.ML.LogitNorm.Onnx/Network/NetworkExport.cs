using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// What the network before the head computes, as ONNX: its one description (<see cref="NetworkGraph"/>) with the weights of a trained module.
/// </summary>
/// <param name="graph">Gets the nodes.</param>
/// <param name="module">The network.</param>
/// <param name="statistics">Whether layer statistics are taken; else the batch norms that stand behind a stage's end can be folded too.</param>
internal sealed class NetworkExport(OnnxGraph graph, NetworkModule module, bool statistics)
{
    private readonly NetworkGraph _network = module.Graph;

    /// <summary>The embedding [B, D] and, where they are taken, layer statistics [B, S].</summary>
    /// <param name="input">Normalised images [B, channels, H, W], or standardised feature vectors [B, F].</param>
    public (OnnxValue Embedding, OnnxValue? LayerStatistics) Of(OnnxValue input)
    {
        var values = new OnnxValue[_network.Nodes.Count];
        var parts = new List<OnnxValue>();
        values[0] = input;
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                values[i] ??= Compute(i, values);
            if (statistics && _network.IsWatched(i))
                parts.Add(Statistics(i, values[i]));
        }
        return (values[^1], parts switch { [] => null, [var only] => only, [var first, .. var others] => first.Beside([.. others]) });
    }

    // As StageStatistics takes them.
    private OnnxValue Statistics(int node, OnnxValue value)
    {
        if (_network.ShapeOf(node).IsVector)
            return value;
        var mean = value.MeanOfMaps();
        return mean.Beside((value.Squared().MeanOfMaps() - mean.Squared()).AtLeast(0).Sqrt());
    }

    private OnnxValue Compute(int i, OnnxValue[] values)
    {
        switch (_network.Nodes[i])
        {
            case NetworkNode.Convolution convolution:
                var norm = FoldedInto(i);
                var folded = Convolution(convolution, (ConvolutionLayer)module.LayerOf(i), norm, values[convolution.Source]);
                if (norm is { } behind)
                    values[behind] = folded;
                return folded;
            case NetworkNode.BatchNorm batchNorm:
                return BatchNorm(batchNorm.Name, (BatchNormLayer)module.LayerOf(i), values[batchNorm.Source]);
            case NetworkNode.Linear linear:
                return Linear(graph, linear.Name, (LinearLayer)module.LayerOf(i), values[linear.Source]);
            case NetworkNode.ReLU relu:
                return values[relu.Source].ReLU();
            case NetworkNode.Dropout dropout:
                return values[dropout.Source];
            case NetworkNode.Add add:
                return values[add.Left] + values[add.Right];
            case NetworkNode.Concatenate both:
                return values[both.First].Beside(values[both.Second]);
            case NetworkNode.AveragePool pool:
                return values[pool.Source].Operation("AveragePool", [], ("kernel_shape", Square(pool.Size)), ("strides", Square(pool.Size)));
            case NetworkNode.MaxPool pool:
                return values[pool.Source].Operation(
                    "MaxPool", [], ("kernel_shape", Square(pool.Size)), ("strides", Square(pool.Stride)), ("pads", Padding(pool.Padding)));
            case NetworkNode.GlobalAverage average:
                return values[average.Source].MeanOfMaps();
            case var node:
                throw new NotSupportedException($"There is no way to export {node}.");
        }
    }

    /// <summary>The batch norm that alone takes a convolution's output, of which nothing else is wanted.</summary>
    private int? FoldedInto(int convolution)
    {
        if (!_network.IsUsedOnce(convolution) || (statistics && _network.IsWatched(convolution)))
            return null;
        for (var i = convolution + 1; i < _network.Nodes.Count; i++)
            if (_network.Nodes[i].Inputs.Contains(convolution))
                return _network.Nodes[i] is NetworkNode.BatchNorm ? i : null;
        return null;
    }

    private OnnxValue Convolution(NetworkNode.Convolution node, ConvolutionLayer layer, int? norm, OnnxValue input)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor weight = layer.Weight;
        var others = new List<OnnxValue>();
        if (norm is { } behind)
        {
            var (factor, offset) = Folding.Affine((BatchNormLayer)module.LayerOf(behind));
            others.Add(graph.Constant($"{node.Name}.weight", weight * factor.view(-1, 1, 1, 1)));
            others.Add(graph.Constant($"{node.Name}.bias", offset));
        }
        else
            others.Add(graph.Constant($"{node.Name}.weight", weight));
        return input.Operation(
            "Conv", others, ("kernel_shape", Square(node.Kernel)), ("strides", Square(layer.Stride)), ("pads", Padding(layer.Padding)));
    }

    private OnnxValue BatchNorm(string name, BatchNormLayer layer, OnnxValue input)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // γ, β, mean, variance, with the statistics folded into the first two: ε is no attribute then, of which ONNX has its own.
        var (factor, offset) = Folding.Affine(layer);
        return input.Operation(
            "BatchNormalization",
            [
                graph.Constant($"{name}.weight", factor), graph.Constant($"{name}.bias", offset),
                graph.Constant($"{name}.mean", zeros_like(factor)), graph.Constant($"{name}.variance", ones_like(factor)),
            ],
            ("epsilon", 0f));
    }

    /// <summary>W z + b: [B, D] → [B, F].</summary>
    public static OnnxValue Linear(OnnxGraph graph, string name, LinearLayer layer, OnnxValue input)
        => Linear(graph, name, layer.Weight, layer.Bias, input);

    /// <summary>W z + b: [B, D] → [B, F].</summary>
    public static OnnxValue Linear(OnnxGraph graph, string name, Tensor weight, Tensor bias, OnnxValue input)
        => input.Operation("Gemm", [graph.Constant($"{name}.weight", weight), graph.Constant($"{name}.bias", bias)], ("transB", 1L));

    private static long[] Square(long side) => [side, side];

    private static long[] Padding(long pixels) => [pixels, pixels, pixels, pixels];
}
