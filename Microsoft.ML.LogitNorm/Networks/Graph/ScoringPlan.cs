using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// The steps by which a trained network only scores: those of its graph, with what can be done in one pass over memory put together.
/// Safe for several threads at once.
/// </summary>
/// <remarks>
/// Dropout is gone. A batch norm behind a convolution is part of its weights, a ReLU behind either is done with it, and so is a sum: the convolution adds to
/// what is there. A pool of averages behind a 1×1 convolution comes before it, at a fraction of its cost:
/// the convolution of averages is the average of the convolutions.
/// </remarks>
internal sealed class ScoringPlan
{
    private readonly Step[] _steps;
    private readonly int[][] _ending;   // what is freed after each step
    private readonly int _values, _output;
    private readonly int[][] _watchedAs;   // of each node, the nodes of the graph that give the same and of which layer statistics are taken

    private ScoringPlan(IReadOnlyList<Step> steps, int values, int output, int[][] watchedAs)
    {
        var lastUse = new int[values];
        foreach (var (i, step) in steps.Index())
            foreach (var input in step.Inputs)
                lastUse[input] = i;
        _steps = [.. steps.Select((step, i) => step.Overwrites is { } sum && (sum == 0 || lastUse[sum] > i) ? step.OnACopy(sum) : step)];
        _ending = [.. steps.Select((step, i) => step.Inputs.Distinct().Where(input => input != 0 && input != output && lastUse[input] == i).ToArray())];
        (_values, _output, _watchedAs) = (values, output, watchedAs);
    }

    /// <summary>Plans a network.</summary>
    /// <param name="module">The network, with its weights.</param>
    /// <param name="folding">Makes the parts and owns their memory.</param>
    public static ScoringPlan Of(NetworkModule module, Folding folding) => new Planner(module, folding).Plan();

    /// <summary>Input to embedding, without gradients, in the caller's scope.</summary>
    /// <param name="input">Images, channels last in memory, or feature vectors.</param>
    /// <param name="statistics">Looks at the stages' outputs; null for nobody.</param>
    public Tensor Run(Tensor input, StageStatistics? statistics = null)
    {
        Take(0, input);
        if (_steps.Length == 0)
            return input.alias();
        using var scope = NewDisposeScope();
        var values = new Tensor[_values];
        values[0] = input;
        for (var i = 0; i < _steps.Length; i++)
        {
            var output = _steps[i].Run(values);
            values[_steps[i].Output] = output;
            Take(_steps[i].Output, output);
            foreach (var ended in _ending[i])
                if (!ReferenceEquals(values[ended], output))   // a step may change what it takes and return it
                    values[ended].Dispose();
        }
        return values[_output].MoveToOuterDisposeScope();

        void Take(int node, Tensor value)
        {
            if (statistics is not null)
                foreach (var watched in _watchedAs[node])
                    statistics.Add(watched, value);
        }
    }

    /// <summary>One pass over memory.</summary>
    /// <param name="Inputs">The nodes whose outputs it takes.</param>
    /// <param name="Output">The node whose output it gives.</param>
    /// <param name="Run">Computes it from the outputs of all nodes so far. It leaves nothing else in the scope.</param>
    /// <param name="Overwrites">The input that it changes in place and returns, if any.</param>
    private sealed record Step(int[] Inputs, int Output, Func<Tensor[], Tensor> Run, int? Overwrites = null)
    {
        /// <summary>The same for an input that is still needed.</summary>
        public Step OnACopy(int input) => this with
        {
            Run = values =>
            {
                Tensor[] others = [.. values];
                others[input] = values[input].clone();
                return Run(others);
            },
        };
    }

    /// <summary>Goes through the nodes in their order. One that is done in an earlier or later step is passed over.</summary>
    private sealed class Planner
    {
        private readonly NetworkModule _module;
        private readonly Folding _folding;
        private readonly NetworkNode[] _nodes;
        private readonly int[] _layerOf;   // the node of the graph whose layer it is
        private readonly List<int>[] _users;
        private readonly bool[] _passedOver;
        private readonly Dictionary<int, Step> _sums = [];   // by the number of the sum
        private readonly List<Step> _steps = [];
        private readonly int _output;
        private readonly int[][] _watchedAs;

        public Planner(NetworkModule module, Folding folding)
        {
            (_module, _folding) = (module, folding);
            _nodes = [.. module.Graph.Nodes];
            _layerOf = [.. Enumerable.Range(0, _nodes.Length)];
            _passedOver = new bool[_nodes.Length];
            var same = LeaveOutDropout();
            _output = same[^1];
            _watchedAs = [.. _nodes.Select((_, i)
            => Enumerable.Range(i, same.Length - i).Where(node => same[node] == i && module.Graph.IsWatched(node)).ToArray())];
            _users = [.. _nodes.Select(_ => new List<int>())];
            for (var i = 0; i < _nodes.Length; i++)
                if (!_passedOver[i])
                    foreach (var input in _nodes[i].Inputs)
                        _users[input].Add(i);
            AverageFirst();
        }

        public ScoringPlan Plan()
        {
            for (var i = 1; i < _nodes.Length; i++)
                if (!_passedOver[i])
                    Add(i);
            return new(_steps, _nodes.Length, _output, _watchedAs);
        }

        /// <summary>What takes the output of a dropout takes its input.</summary>
        /// <returns>For each node the one that gives the same without dropout.</returns>
        private int[] LeaveOutDropout()
        {
            var same = Enumerable.Range(0, _nodes.Length).ToArray();
            for (var i = 0; i < _nodes.Length; i++)
            {
                _nodes[i] = _nodes[i].On(input => same[input]);
                if (_nodes[i] is NetworkNode.Dropout dropout)
                    (same[i], _passedOver[i]) = (dropout.Source, true);
            }
            return same;
        }

        private void AverageFirst()
        {
            for (var i = 0; i < _nodes.Length; i++)
                if (_nodes[i] is NetworkNode.Convolution { Kernel: 1, Stride: 1 } convolution && UserOf<NetworkNode.AveragePool>(i) is var (next, pool))
                    (_nodes[i], _nodes[next], _layerOf[next]) = (pool with { Source = convolution.Source }, convolution with { Source = i }, _layerOf[i]);
        }

        private void Add(int i)
        {
            if (_sums.TryGetValue(i, out var sum))
            {
                _steps.Add(sum);
                return;
            }
            var node = _nodes[i];
            var end = i;
            switch (node)
            {
                case NetworkNode.Convolution:
                    AddConvolution(i, node.Inputs[0]);
                    break;
                case NetworkNode.BatchNorm norm:
                    var relu = PassOver<NetworkNode.ReLU>(ref end);
                    Step(_folding.Norm((BatchNormLayer)LayerOf(i), relu, _module.Graph.ShapeOf(i).IsVector));
                    break;
                case NetworkNode.Linear:
                    Step(((LinearLayer)LayerOf(i)).forward);
                    break;
                case NetworkNode.ReLU:
                    Step(features => features.relu());
                    break;
                case NetworkNode.AveragePool pool:
                    Step(maps => functional.avg_pool2d(maps, pool.Size));
                    break;
                case NetworkNode.MaxPool pool:
                    Step(pool.Of);
                    break;
                case NetworkNode.GlobalAverage:
                    Step(maps => maps.mean([2, 3]));
                    break;
                case NetworkNode.Add add:
                    StepOfTwo((left, right) => left.Plus(right));
                    break;
                case NetworkNode.Concatenate:
                    StepOfTwo((first, second) => cat([first, second], 1));
                    break;
                default:
                    throw new InvalidOperationException($"There is no way to score {node}.");
            }

            void Step(Func<Tensor, Tensor> compute) => _steps.Add(new([node.Inputs[0]], end, values => compute(values[node.Inputs[0]])));

            void StepOfTwo(Func<Tensor, Tensor, Tensor> compute)
                => _steps.Add(new([.. node.Inputs], end, values => compute(values[node.Inputs[0]], values[node.Inputs[1]])));
        }

        private void AddConvolution(int i, int source)
        {
            var end = i;
            var layer = (ConvolutionLayer)LayerOf(i);
            var norm = PassOver<NetworkNode.BatchNorm>(ref end) ? (BatchNormLayer)LayerOf(end) : null;
            if (UserOf<NetworkNode.Add>(end) is var (sum, add)
                && !_sums.ContainsKey(sum)
                && (add.Left == end ? add.Right : add.Left) is var other
                && other != source)
            {
                // Computed when the other one is there too: it is added to that in place, which may not be what it reads.
                end = sum;
                var part = _folding.Convolution(layer, norm, PassOver<NetworkNode.ReLU>(ref end));
                _sums.Add(sum, new([source, other], end, values => part.AddTo(values[other], values[source]), Overwrites: other));
                return;
            }
            var whole = _folding.Convolution(layer, norm, PassOver<NetworkNode.ReLU>(ref end));
            _steps.Add(new([source], end, values => whole.Of(values[source])));
        }

        private Module LayerOf(int node) => _module.LayerOf(_layerOf[node]);

        /// <summary>
        /// Goes on to the one node that takes this one, if it is of that kind, and leaves it out of the steps. What a stage ends with is not passed over: layer
        /// statistics are taken of it.
        /// </summary>
        private bool PassOver<TNode>(ref int node)
            where TNode : NetworkNode
        {
            if (UserOf<TNode>(node) is not var (user, _))
                return false;
            _passedOver[user] = true;
            node = user;
            return true;
        }

        private (int Node, TNode Operation)? UserOf<TNode>(int node)
            where TNode : NetworkNode
            => _watchedAs[node].Length == 0 && _users[node] is [var user] && _nodes[user] is TNode operation ? (user, operation) : null;
    }
}
