using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>The network of a <see cref="NetworkGraph"/>, with weights, to train and to take gradients of: input → embedding [B, D].</summary>
/// <remarks>
/// Layers are registered under their paths, in the order of the graph: <c>block1.0.conv1</c> has its weights as <c>block1.0.conv1.weight</c>.
/// </remarks>
internal sealed class NetworkModule : Module<Tensor, Tensor>
{
    private readonly NetworkRandom? _random;
    private readonly Module<Tensor, Tensor>?[] _layers;   // by the number of the node
    private readonly int[][] _ending;
    private readonly bool[] _overwrites;
    private readonly bool[] _frozen;

    /// <summary>A network whose weights are 0.</summary>
    /// <param name="graph">What it computes.</param>
    /// <param name="device">Where it will be.</param>
    /// <param name="random">Where the masks of dropout come from; null for a network that is not trained.</param>
    public NetworkModule(NetworkGraph graph, Device device, NetworkRandom? random)
        : base("Network")
    {
        (Graph, _random) = (graph, random);
        _layers = [.. graph.Nodes.Select(node => Layer(node, device))];
        _ending = [.. Enumerable.Range(0, graph.Nodes.Count).Select(i => graph.Nodes[i].Inputs.Distinct().Where(input => graph.EndsAt(input, i)).ToArray())];
        _overwrites = [.. Enumerable.Range(0, graph.Nodes.Count).Select(i => Overwrites(graph, i))];
        _frozen = new bool[graph.Nodes.Count];
        Register();
    }

    /// <summary>What it computes.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>The layer of a node that has weights.</summary>
    public Module<Tensor, Tensor> LayerOf(int node) => _layers[node]!;

    /// <summary>The weights of each stage, for learning rates of its own or none.</summary>
    public IReadOnlyList<(string Stage, IReadOnlyList<Parameter> Parameters)> ParametersByStage()
        => [.. Graph.Stages.Select((stage, number) => (stage.Name, (IReadOnlyList<Parameter>)[.. Enumerable.Range(0, _layers.Length)
            .Where(node => _layers[node] is not null && Graph.StageOf(node) == number).SelectMany(node => _layers[node]!.parameters())]))];

    /// <summary>
    /// Takes nodes out of training: their weights get no gradients, their batch norms keep their statistics and normalise by them, and nothing is dropped.
    /// </summary>
    /// <remarks>Where the first nodes are frozen, nothing is kept of their pass, and there is no backward pass through them.</remarks>
    /// <param name="isFrozen">Whether a node, by its number, is to be frozen.</param>
    public void Freeze(Func<int, bool> isFrozen)
    {
        for (var i = 0; i < _frozen.Length; i++)
            _frozen[i] |= isFrozen(i);
        foreach (var parameter in FrozenLayers().SelectMany(layer => layer.parameters()))
            parameter.requires_grad = false;
        train(training);
    }

    /// <inheritdoc/>
    /// <remarks>What is frozen stays in evaluation mode.</remarks>
    public override void train(bool on = true)
    {
        base.train(on);
        foreach (var layer in FrozenLayers())
            layer.train(false);
    }

    /// <summary>Draws the first weights, on the CPU. Batch norms are born at 1 and 0.</summary>
    /// <remarks>
    /// In the order of PyTorch, where every layer draws its weights when it is made, the head among them,
    /// and the paper's code then draws those of the convolutions anew:
    /// so a seed gives the numbers that <c>torch.manual_seed</c> gives there.
    /// </remarks>
    public void Draw(Generator generator, Action drawHead)
    {
        foreach (var layer in _layers)
            if (layer is ConvolutionLayer convolution)
                LinearLayer.Draw(convolution.Weight, generator);
            else
                (layer as LinearLayer)?.Draw(generator);
        drawHead();
        foreach (var convolution in _layers.OfType<ConvolutionLayer>())
            convolution.Draw(generator);
    }

    public override Tensor forward(Tensor input) => Forward(input, null);

    /// <summary>Input to embedding [B, D], in the caller's scope.</summary>
    /// <param name="input">Images or feature vectors.</param>
    /// <param name="statistics">Looks at the stages' outputs; null for nobody.</param>
    public Tensor Forward(Tensor input, StageStatistics? statistics)
    {
        statistics?.Add(0, input);
        if (_layers.Length == 1)
            return input.alias();   // a handle of the caller's own
        using var scope = NewDisposeScope();
        var values = new Tensor[_layers.Length];
        values[0] = input;
        for (var i = 1; i < values.Length; i++)
        {
            values[i] = Compute(i, values);
            statistics?.Add(i, values[i]);
            foreach (var ended in _ending[i])
                if (!_overwrites[i] || ended != Graph.Nodes[i].Inputs[0])   // what is overwritten is the new value
                    values[ended].Dispose();
        }
        return values[^1].MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor>? Layer(NetworkNode node, Device device, int channels) => node switch
    {
        NetworkNode.Convolution convolution => new ConvolutionLayer(channels, convolution.Filters, convolution.Kernel, device, convolution.Stride),
        NetworkNode.Linear linear => new LinearLayer(channels, linear.Features, device),
        NetworkNode.BatchNorm => new BatchNormLayer(channels, device),
        _ => null,
    };

    // In place only where no backward pass needs the value that is overwritten: what these make of their inputs is not needed for their gradients.
    private static bool Overwrites(NetworkGraph graph, int node)
        => graph.Nodes[node] is NetworkNode.ReLU or NetworkNode.Add
            && graph.Nodes[node].Inputs[0] is var first
            && graph.IsUsedOnce(first)
            && graph.Nodes[first] is NetworkNode.Convolution or NetworkNode.BatchNorm or NetworkNode.Linear or NetworkNode.Add;

    private Module<Tensor, Tensor>? Layer(NetworkNode node, Device device)
        => node.Layer is null ? null : Layer(node, device, Graph.ShapeOf(node.Inputs[0]).Channels);

    private Tensor Compute(int i, Tensor[] values) => Graph.Nodes[i] switch
    {
        NetworkNode.ReLU relu => _overwrites[i] ? values[relu.Source].relu_() : values[relu.Source].relu(),
        NetworkNode.Dropout dropout => training && !_frozen[i] ? Drop(values[dropout.Source], dropout.Share) : values[dropout.Source].alias(),
        NetworkNode.Add add => _overwrites[i] ? values[add.Left].AddInPlace(values[add.Right]) : values[add.Left].Plus(values[add.Right]),
        NetworkNode.Concatenate both => cat([values[both.First], values[both.Second]], 1),
        NetworkNode.AveragePool pool => functional.avg_pool2d(values[pool.Source], pool.Size),
        NetworkNode.MaxPool pool => pool.Of(values[pool.Source]),
        NetworkNode.GlobalAverage average => values[average.Source].mean([2, 3]),
        var node => _layers[i]!.call(values[node.Inputs[0]]),
    };

    private IEnumerable<Module<Tensor, Tensor>> FrozenLayers() => _layers.Where((layer, i) => _frozen[i]).OfType<Module<Tensor, Tensor>>();

    private Tensor Drop(Tensor features, double share)
    {
        using var scope = NewDisposeScope();
        var source = _random ?? throw new InvalidOperationException("A network that was made without randomness cannot be trained with dropout.");
        return (features * source.Mask(features, 1 - share)).MoveToOuterDisposeScope();
    }

    private void Register()
    {
        var groups = new Dictionary<string, Module> { [""] = this };
        for (var i = 0; i < _layers.Length; i++)
            if (_layers[i] is { } layer)
            {
                var (path, name) = Split(Graph.Nodes[i].Layer!);
                GroupOf(path).register_module(name, layer);
            }

        Module GroupOf(string path)
        {
            if (groups.TryGetValue(path, out var group))
                return group;
            var (outer, name) = Split(path);
            group = new Group();
            GroupOf(outer).register_module(name, group);
            return groups[path] = group;
        }

        static (string Path, string Name) Split(string path) => path.LastIndexOf('.') is >= 0 and var dot ? (path[..dot], path[(dot + 1)..]) : ("", path);
    }

    /// <summary>A part of the paths of layers.</summary>
    private sealed class Group() : Module("Group");
}
