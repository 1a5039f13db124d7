namespace Microsoft.ML.LogitNorm;

/// <summary>Writes down a <see cref="NetworkGraph"/>: each method adds an operation and returns its number, by which later ones take it.</summary>
internal sealed class NetworkBuilder
{
    private readonly List<NetworkNode> _nodes;
    private readonly List<NetworkStage> _stages = [];

    /// <param name="input">What the network takes.</param>
    public NetworkBuilder(NodeShape input)
    {
        _nodes = [new NetworkNode.Input(input)];
        Shape = input;
    }

    /// <summary>What the network takes.</summary>
    public NodeShape Shape { get; }

    /// <summary>The number of the input.</summary>
    public int Input => 0;

    /// <summary>A convolution without bias, for a batch norm follows it.</summary>
    /// <param name="name">The layer's path.</param>
    /// <param name="source">What it takes.</param>
    /// <param name="filters">Channels of its output.</param>
    /// <param name="kernel">Pixels of a side, an odd number.</param>
    /// <param name="stride">Stride in both directions.</param>
    public int Convolution(string name, int source, int filters, int kernel, int stride = 1)
        => Add(new NetworkNode.Convolution(name, source, filters, kernel, stride));

    /// <summary>A batch norm.</summary>
    public int Norm(string name, int source) => Add(new NetworkNode.BatchNorm(name, source));

    /// <summary>A batch norm and a ReLU.</summary>
    public int NormReLU(string name, int source) => ReLU(Norm(name, source));

    /// <summary>A ReLU.</summary>
    public int ReLU(int source) => Add(new NetworkNode.ReLU(source));

    /// <summary>Dropout; nothing where nothing is dropped.</summary>
    public int Dropout(int source, double share) => share == 0 ? source : Add(new NetworkNode.Dropout(source, share));

    /// <summary>A linear layer.</summary>
    public int Linear(string name, int source, int features) => Add(new NetworkNode.Linear(name, source, features));

    /// <summary>A sum.</summary>
    public int Add(int left, int right) => Add(new NetworkNode.Add(left, right));

    /// <summary>The channels of one behind those of the other.</summary>
    public int Concatenate(int first, int second) => Add(new NetworkNode.Concatenate(first, second));

    /// <summary>Averages of squares that do not overlap.</summary>
    public int AveragePool(int source, int size) => Add(new NetworkNode.AveragePool(source, size));

    /// <summary>Maxima of squares.</summary>
    public int MaxPool(int source, int size, int stride) => Add(new NetworkNode.MaxPool(source, size, stride));

    /// <summary>The average of each feature map.</summary>
    public int GlobalAverage(int source) => Add(new NetworkNode.GlobalAverage(source));

    /// <summary>Ends a stage.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="node">The node whose output is the stage's.</param>
    /// <returns>The node.</returns>
    public int Stage(string name, int node)
    {
        _stages.Add(new(name, node));
        return node;
    }

    /// <summary>What has been written down; its embedding is the last node.</summary>
    /// <exception cref="ArgumentException">It is no network.</exception>
    public NetworkGraph Build() => new(_nodes, _stages);

    private int Add(NetworkNode node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }
}
