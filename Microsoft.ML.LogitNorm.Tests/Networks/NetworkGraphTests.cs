using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>What is no network is refused when it is written down; what is one can be trained, and scored by its plan with the same numbers.</summary>
[TestFixture]
public sealed class NetworkGraphTests
{
    private static readonly NetworkNode _image = new NetworkNode.Input(NodeShape.Image(3));

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("begins with its input", new NetworkNode.ReLU(0));
        yield return Case("no cycles", _image, new NetworkNode.Convolution("conv", 2, 4, 3, 1), new NetworkNode.ReLU(1), new NetworkNode.GlobalAverage(2));
        yield return Case("no cycles", _image, new NetworkNode.ReLU(1), new NetworkNode.GlobalAverage(1));
        yield return Case("second input", _image, _image, new NetworkNode.Add(0, 1), new NetworkNode.GlobalAverage(2));
        yield return Case("ends with a vector", _image, new NetworkNode.ReLU(0));
        yield return Case("used by no other", _image, new NetworkNode.ReLU(0), new NetworkNode.GlobalAverage(0));
        yield return Case(
            "two of the same shape", _image, new NetworkNode.Convolution("conv", 0, 4, 3, 1), new NetworkNode.Add(0, 1), new NetworkNode.GlobalAverage(2));
        yield return Case(
            "two of the same shape", _image, new NetworkNode.Convolution("conv", 0, 3, 3, 2), new NetworkNode.Add(0, 1), new NetworkNode.GlobalAverage(2));
        yield return Case("the same sides", _image, new NetworkNode.AveragePool(0, 2), new NetworkNode.Concatenate(0, 1), new NetworkNode.GlobalAverage(2));
        yield return Case("two of the same shape",
            _image, new NetworkNode.AveragePool(0, 2), new NetworkNode.Convolution("conv", 0, 3, 3, 2), new NetworkNode.Add(1, 2),
            new NetworkNode.GlobalAverage(3));
        yield return Case("even size", _image, new NetworkNode.MaxPool(0, 2, 1), new NetworkNode.GlobalAverage(1));
        yield return Case("takes a vector", _image, new NetworkNode.Linear("fc", 0, 4));
        yield return Case("takes feature maps", new NetworkNode.Input(NodeShape.Vector(3)), new NetworkNode.Convolution("conv", 0, 4, 3, 1));
        yield return Case("takes feature maps", _image, new NetworkNode.GlobalAverage(0), new NetworkNode.MaxPool(1, 3, 2));
        yield return Case("odd number", _image, new NetworkNode.Convolution("conv", 0, 4, 2, 1), new NetworkNode.GlobalAverage(1));
        yield return Case("at least 1", _image, new NetworkNode.Convolution("conv", 0, 0, 3, 1), new NetworkNode.GlobalAverage(1));
        yield return Case("at least 1", new NetworkNode.Input(NodeShape.Vector(0)));
        yield return Case("at least 0 and below 1", _image, new NetworkNode.Dropout(0, 1), new NetworkNode.GlobalAverage(1));
        yield return Case(
            "two layers 'conv'",
            _image,
            new NetworkNode.Convolution("conv", 0, 3, 3, 1),
            new NetworkNode.Convolution("conv", 1, 3, 3, 1),
            new NetworkNode.GlobalAverage(2));
        yield return Case(
            "inside it", _image, new NetworkNode.Convolution("a", 0, 3, 3, 1), new NetworkNode.BatchNorm("a.b", 1), new NetworkNode.GlobalAverage(2));
        yield return Case("no path of a layer", _image, new NetworkNode.Convolution("a..b", 0, 3, 3, 1), new NetworkNode.GlobalAverage(1));

        static TestCaseData Case(string message, params NetworkNode[] nodes)
            => new(nodes, message) { TestName = $"Graph_{string.Join(", ", nodes.Select(node => node.ToString()))}_{message}" };
    }

    [TestCaseSource(nameof(Wrong))]
    public void Graph_OfWhatIsNoNetwork_SaysWhy(object nodes, string message)
        => Assert.That(
            () => new NetworkGraph((NetworkNode[])nodes, [new("all", ((NetworkNode[])nodes).Length - 1)]),
            Throws.ArgumentException.With.Message.Contains(message));

    [TestCase("stem", 1, "stem", 2, "two stages 'stem'")]
    [TestCase("stem", 2, "body", 1, "expected one after node 2")]
    [TestCase("stem", 1, "body", 4, "at most 3")]
    [TestCase("", 1, "body", 2, "no name")]
    public void Graph_StagesThatAreNone_SaysWhy(string first, int firstNode, string second, int secondNode, string message)
    {
        NetworkNode[] nodes = [_image, new NetworkNode.Convolution("conv", 0, 4, 3, 1), new NetworkNode.ReLU(1), new NetworkNode.GlobalAverage(2)];
        Assert.That(() => new NetworkGraph(nodes, [new(first, firstNode), new(second, secondNode)]), Throws.ArgumentException.With.Message.Contains(message));
        Assert.That(() => new NetworkGraph(nodes, []), Throws.ArgumentException.With.Message.Contains("at least one stage"));
    }

    [Test]
    public void Graph_OfABackbone_OnWhatItDoesNotTake_SaysWhy()
    {
        Assert.That(
            () => Backbone.ResNet18().Graph(NodeShape.Vector(4)),
            Throws.ArgumentException.With.Message.StartsWith("ResNet18() takes images, not a vector of 4 features"));
        Assert.That(
            () => Backbone.Dense([8]).Graph(NodeShape.Image(3)),
            Throws.ArgumentException.With.Message.StartsWith("Dense([8]) takes feature vectors, not 3 feature maps"));
    }

    [TestCaseSource(typeof(Tiny), nameof(Tiny.All))]
    public void ParametersByStage_AreAllOfTheNetworksOnce(Backbone backbone)
    {
        using var network = backbone.Draw(3, 2);
        var stages = network.Embedding.ParametersByStage();
        Assert.That(stages.Select(stage => stage.Stage), Is.EqualTo(network.Embedding.Graph.Stages.Select(stage => stage.Name)));
        Assert.That(stages.Select(stage => stage.Parameters.Count), Has.None.Zero);
        Assert.That(
            stages.SelectMany(stage => stage.Parameters).Select(parameter => parameter.Handle),
            Is.EqualTo(network.Embedding.parameters().Select(parameter => parameter.Handle)));
    }

    // None of the backbones' forms: a sum of a sum with what is used again, a convolution twice in a sum, ReLUs and batch norms by themselves.
    [Test]
    public void Plan_OfAnyGraph_ComputesWhatTheNetworkDoes([Range(0, 39)] int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var random = new NetworkRandom(seed);
        using var network = new ClassifierNetwork(new(RandomGraph(new Random(seed)), CPU, random), Head.Linear(), Channels(new Random(seed)), 2, CPU);
        network.Draw(random.Generator);
        foreach (var norm in network.modules().OfType<BatchNormLayer>())
        {
            norm.Weight.uniform_(-1, 1, random.Generator);
            norm.Bias.uniform_(-1, 1, random.Generator);
            norm.RunningMean.uniform_(-1, 1, random.Generator);
        }
        network.eval();
        var images = Tiny.Images(3, Channels(new Random(seed)), 8, 8);
        var before = images.clone();
        var expected = network.Embed(images, statistics: true);
        Assert.That(images.Equals(before), Is.True, "the network changed what it was given");
        Assert.That((network.Embed(images) - expected.Embedding).abs().max().item<float>(), Is.Zero, "statistics changed the network");
        using var folding = new Folding(CPU, 3, OneDnn.IsAvailable);
        var plan = ScoringPlan.Of(network.Embedding, folding);
        var actual = Embedded.By(network.Embedding.Graph, statistics: true, watcher => plan.Run(images, watcher));
        Assert.That(images.Equals(before), Is.True, "the plan changed what it was given");
        Assert.That((plan.Run(images) - actual.Embedding).abs().max().item<float>(), Is.Zero, "statistics changed the plan");
        AssertClose(actual.Embedding, expected.Embedding);
        AssertClose(actual.LayerStatistics!, expected.LayerStatistics!);
        Assert.That(expected.LayerStatistics!.shape, Is.EqualTo(new long[] { 3, StageStatistics.SizeOf(network.Embedding.Graph) }));

        static void AssertClose(Tensor actual, Tensor expected)
            => Assert.That((actual - expected).abs().max().item<float>(), Is.LessThanOrEqualTo(1e-5f * Math.Max(1, expected.abs().max().item<float>())));
    }

    // So many that oneDNN reorders them first, and so many that it takes them as they lie.
    private static int Channels(Random random) => random.Next(2) == 0 ? 6 : 16;

    private static NetworkGraph RandomGraph(Random random)
    {
        const int Most = 14;
        var channels = Channels(random);
        var network = new NetworkBuilder(NodeShape.Image(channels));
        List<int> maps = [network.Input];
        var used = new HashSet<int>();
        for (var i = 0; i < Most; i++)
        {
            var one = Take();
            maps.Add(random.Next(8) switch
            {
                0 or 1 => network.Convolution($"conv{i}", one, channels, random.Next(2) == 0 ? 1 : 3),
                2 => network.NormReLU($"bn{i}", one),
                3 => network.Norm($"bn{i}", one),
                4 => network.ReLU(one),
                5 => network.Dropout(one, 0.5),
                6 => network.Add(network.Convolution($"conv{i}", one, channels, 3), one),
                _ => network.Add(one, Take()),
            });
            if (random.Next(3) == 0)
                network.Stage($"stage{i}", maps[^1]);
        }
        var rest = maps.Where(node => !used.Contains(node)).Aggregate((sum, node) => network.Add(sum, node));
        if (random.Next(2) == 0)
            rest = network.AveragePool(network.Convolution("last", rest, channels, 1), 2);
        if (random.Next(2) == 0)
            rest = network.AveragePool(rest, 2);
        network.Stage("last", network.GlobalAverage(rest));
        return network.Build();

        // Mostly the newest, so that chains come about.
        int Take()
        {
            var node = random.Next(3) > 0 ? maps[^1] : maps[random.Next(maps.Count)];
            used.Add(node);
            return node;
        }
    }
}
