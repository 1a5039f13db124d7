namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A network before its head, described once: operations in the order in which they are computed, the first of them the input and the last one the embedding.
/// What trains (<see cref="NetworkModule"/>) and what scores (<see cref="ScoringPlan"/>) are made of it.
/// </summary>
/// <remarks>
/// It is checked when it is made: what could not be computed is an <see cref="ArgumentException"/> here and none later.
/// The order is that of first weights and of files too: layers draw and are written in it.
/// </remarks>
internal sealed class NetworkGraph
{
    private readonly NodeShape[] _shapes;
    private readonly int[] _uses, _lastUse;
    private readonly bool[] _watched;

    /// <param name="nodes">The operations.</param>
    /// <param name="stages">Its named parts, in order. Nodes behind the last one are the last one's.</param>
    /// <exception cref="ArgumentException">They are no network; names the node or the stage, and says why.</exception>
    public NetworkGraph(IReadOnlyList<NetworkNode> nodes, IReadOnlyList<NetworkStage> stages)
    {
        (Nodes, Stages) = (ValueList.Of(nodes), ValueList.Of(stages));
        if (nodes is not [NetworkNode.Input, ..])
            throw new ArgumentException("A network begins with its input.", nameof(nodes));
        _shapes = new NodeShape[nodes.Count];
        (_uses, _lastUse) = (new int[nodes.Count], new int[nodes.Count]);
        for (var i = 0; i < nodes.Count; i++)
            Add(i);
        CheckNames();
        if (!_shapes[^1].IsVector)
            throw new ArgumentException($"A network ends with a vector, the embedding; this one with {_shapes[^1]}.", nameof(nodes));
        if (Array.IndexOf(_uses[..^1], 0) is >= 0 and var unused)
            throw new ArgumentException($"{Text(unused)} is used by no other.", nameof(nodes));
        CheckStages();
        _watched = [.. Enumerable.Range(0, nodes.Count).Select(node => Stages.Any(stage => stage.Node == node) || (node == 0 && Input.IsVector))];
    }

    /// <summary>The operations, each behind all that it takes.</summary>
    public IReadOnlyList<NetworkNode> Nodes { get; }

    /// <summary>The named parts, in order; at least one where there are weights.</summary>
    public IReadOnlyList<NetworkStage> Stages { get; }

    /// <summary>What the network takes.</summary>
    public NodeShape Input => _shapes[0];

    /// <summary>D, the number of features that the head sees.</summary>
    public int EmbeddingSize => _shapes[^1].Channels;

    /// <summary>Shortest side, in pixels, that leaves a whole pixel after all strides and pools.</summary>
    public int MinimumImageSize => _shapes.Max(shape => shape.Reduction ?? 1);

    /// <summary>What a node gives.</summary>
    public NodeShape ShapeOf(int node) => _shapes[node];

    /// <summary>Whether a node is taken by one other, and by it once.</summary>
    public bool IsUsedOnce(int node) => _uses[node] == 1;

    /// <summary>
    /// Whether nothing after <paramref name="by"/> takes a node, so that its output may be freed then. The input and the embedding are the caller's.
    /// </summary>
    public bool EndsAt(int node, int by) => node > 0 && node < Nodes.Count - 1 && _lastUse[node] == by;

    /// <summary>Whether layer statistics are taken of a node: of the end of each stage, and of an input that is a vector.</summary>
    public bool IsWatched(int node) => _watched[node];

    /// <summary>The stage that a node is part of, by its number; the last one's for what comes behind all.</summary>
    public int StageOf(int node)
    {
        for (var i = 0; i < Stages.Count; i++)
            if (node <= Stages[i].Node)
                return i;
        return Stages.Count - 1;
    }

    private void Add(int i)
    {
        var node = Nodes[i];
        if (i > 0 && node is NetworkNode.Input)
            throw new ArgumentException($"{Text(i)} is a second input; a network has one.", nameof(Nodes));
        foreach (var input in node.Inputs)
        {
            if (input < 0 || input >= i)
                throw new ArgumentException($"{Text(i)} takes node {input}, which does not come before it: a network has no cycles.", nameof(Nodes));
            _uses[input]++;
            _lastUse[input] = i;
        }
        try
        {
            _shapes[i] = node.ShapeOf([.. node.Inputs.Select(input => _shapes[input])]);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{Text(i)} does not fit. {e.Message}", nameof(Nodes), e);
        }
    }

    private void CheckNames()
    {
        var names = new HashSet<string>();
        foreach (var name in Nodes.Select(node => node.Layer).OfType<string>())
        {
            if (name.Split('.').Any(part => part.Length == 0))
                throw new ArgumentException($"'{name}' is no path of a layer: give names with dots between them, such as 'block1.0.conv1'.", nameof(Nodes));
            if (!names.Add(name))
                throw new ArgumentException($"There are two layers '{name}'.", nameof(Nodes));
        }
        foreach (var name in names)
            if (Groups(name).FirstOrDefault(names.Contains) is { } layer)
                throw new ArgumentException($"'{layer}' is a layer, so there cannot be a layer '{name}' inside it.", nameof(Nodes));

        static IEnumerable<string> Groups(string name)
        {
            var parts = name.Split('.');
            return Enumerable.Range(1, parts.Length - 1).Select(count => string.Join('.', parts[..count]));
        }
    }

    private void CheckStages()
    {
        if (Stages.Count == 0 && Nodes.Any(node => node.Layer is not null))
            throw new ArgumentException("A network with weights has at least one stage.", nameof(Stages));
        var names = new HashSet<string>();
        var last = -1;
        foreach (var (name, node) in Stages)
        {
            if (name.Length == 0 || !names.Add(name))
                throw new ArgumentException(name.Length == 0 ? "A stage has no name." : $"There are two stages '{name}'.", nameof(Stages));
            if (node <= last || node >= Nodes.Count)
                throw new ArgumentException(
                    $"Stage '{name}' ends with node {node}; expected one after node {last}, and at most {Nodes.Count - 1}.", nameof(Stages));
            last = node;
        }
    }

    private string Text(int node) => $"Node {node} ({Nodes[node]})";
}
