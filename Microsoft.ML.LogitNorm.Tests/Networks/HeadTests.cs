using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

[TestFixture]
public sealed class HeadTests
{
    private const int Classes = 3, Size = 4;

    private static readonly Head[] All = [Head.Linear(), Head.Cosine(), Head.DecomposedConfidence(), Head.T2FNorm()];
    private static readonly Head[] NotLinear = [.. All.Where(head => head != Head.Linear())];
    private static readonly Head[] OfCosines = [Head.Cosine(), Head.DecomposedConfidence()];

    private static readonly TestCaseData[] Written =
    [
        new(Head.Linear(), "Linear()"),
        new(Head.Cosine(), "Cosine()"),
        new(Head.DecomposedConfidence(), "DecomposedConfidence()"),
        new(Head.T2FNorm(0.25), "T2FNorm(tau: 0.25)"),
    ];

    private static readonly TestCaseData[] InEvaluation =
    [
        // z = (3, 4); cosines 0.6, −0.8 and 1 with (1, 0), (0, −2) and (6, 8); 0.1 · 3 + 0.2 · 4 + 0.3 = 1.4, normalised 2 (1.4 − 0.4) / √4 − 0.5 = 0.5.
        new(Head.Cosine(), new[] { 0.989233f, -1.318977f, 1.648721f }),                 // × e^0.5 = 1.648721
        new(Head.DecomposedConfidence(), new[] { 0.963918f, -1.285225f, 1.606531f }),   // / sigmoid(0.5) = 0.622459
    ];

    private static readonly TestCaseData[] InTraining =
    [
        // z = (3, 4) and (4, 3) have the cosines 0.6 and 0.8 with (5, 0), and the numbers 8 and 9, which batch normalisation turns into −1 and 1.
        new(Head.Cosine(), new[] { 0.220728f, 2.174625f }),                 // × e^−1 = 0.367879 and e = 2.718282
        new(Head.DecomposedConfidence(), new[] { 2.230969f, 1.094304f }),   // / sigmoid(−1) = 0.268941 and sigmoid(1) = 0.731059
    ];

    [TestCaseSource(nameof(Written))]
    public void ToString_IsWhatAUserTypes(Head head, string expected) => Assert.That(head.ToString(), Is.EqualTo(expected));

    [TestCaseSource(nameof(All))]
    public void Json_RoundTrip_IsEqual(Head head)
    {
        var json = JsonSerializer.Serialize(head, ModelJson.Options);

        Assert.That(JsonSerializer.Deserialize<Head>(json, ModelJson.Options), Is.EqualTo(head));
    }

    [TestCaseSource(nameof(InEvaluation))]
    public void Classify_Evaluation_IsThePapersFormula(Head head, float[] expected)
    {
        using var scope = NewDisposeScope();
        using var module = Module(head, new float[,] { { 1, 0 }, { 0, -2 }, { 6, 8 } }, scale: new float[,] { { 0.1f, 0.2f } }, bias: 0.3f);
        using (no_grad())
        {
            var values = module.state_dict();
            values["bn.weight"].fill_(2);
            values["bn.bias"].fill_(-0.5);
            values["bn.running_mean"].fill_(0.4);
            values["bn.running_var"].fill_(4);
        }
        module.eval();

        var logits = module.call(tensor(new float[,] { { 3, 4 } }));

        Assert.That(logits.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-5f));
    }

    [TestCaseSource(nameof(InTraining))]
    public void Classify_Training_NormalisesByTheBatch(Head head, float[] expected)
    {
        using var scope = NewDisposeScope();
        using var module = Module(head, new float[,] { { 5, 0 } }, scale: new float[,] { { 1, 0 } }, bias: 5);

        var logits = module.call(tensor(new float[,] { { 3, 4 }, { 4, 3 } }));

        Assert.That(logits.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-4f));   // the 1e-5 that batch norm adds to a variance of 1/4
    }

    [Test]
    public void Classify_Linear_IsWeightTimesEmbeddingPlusBias()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Network(Head.Linear());
        network.HeadWeight.zero_();
        network.HeadWeight[1, 2] = tensor(2f);
        network.HeadBias[2] = tensor(-3f);

        var logits = network.Classify(ones(1, 64));

        Assert.That(logits.data<float>().ToArray(), Is.EqualTo(new[] { 0f, 2, -3 }));
    }

    [Test]
    public void Classify_T2FNorm_DividesByTheNormInTrainingOnly()
    {
        using var scope = NewDisposeScope();
        using var module = Head.T2FNorm(0.5).CreateModule(2, 2, CPU);
        using (no_grad())
        {
            module.get_parameter("weight")!.copy_(tensor(new float[,] { { 1, 0 }, { 0, -2 } }));
            module.get_parameter("bias")!.copy_(tensor(new float[] { 0.25f, -1 }));
        }
        var embedding = tensor(new float[,] { { 3, 4 } });   // of norm 5
        module.train();
        Assert.That(module.call(embedding).data<float>().ToArray(), Is.EqualTo(new[] { 1.45f, -4.2f }).Within(1e-6f));
        module.eval();
        Assert.That(module.call(embedding).data<float>().ToArray(), Is.EqualTo(new[] { 6.25f, -17f }).Within(1e-6f));
    }

    [TestCaseSource(nameof(All))]
    public void CosineSimilarities_AnyHead_DependOnDirectionsOnly(Head head)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Network(head);
        network.HeadWeight.zero_();
        network.HeadWeight[0, 0] = tensor(0.01f);
        network.HeadWeight[1, 1] = tensor(-7f);
        var embedding = zeros(3, 64);
        embedding[0, 0] = embedding[1, 0] = 3e-3f;
        embedding[0, 1] = embedding[1, 1] = 4e-3f;
        embedding[1] *= 1e6f;

        var cosines = network.CosineSimilarities(embedding);

        float[] expected = [0.6f, -0.8f, 0, 0.6f, -0.8f, 0, 0, 0, 0];   // the third class weight and the third embedding are 0
        Assert.That(cosines.shape, Is.EqualTo(new long[] { 3, Classes }));
        Assert.That(cosines.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-6f));
    }

    [TestCaseSource(nameof(All))]
    public void Classify_ZeroAndHugeEmbeddings_GiveFiniteLogitsAndGradients(Head head)
    {
        using var scope = NewDisposeScope();
        using var network = Network(head);
        foreach (var training in (bool[])[false, true])   // training first would get batch norm used to huge numbers
        {
            network.train(training);
            var embedding = cat([zeros(2, 64), ones(1, 64) * 1e6f, ones(1, 64) * -1e6f]).requires_grad_();

            var logits = network.Classify(embedding);
            functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2, 0 })).backward();

            Assert.That(logits.isfinite().all().ToBoolean(), Is.True);
            Assert.That(logits[0].abs().max().ToSingle(), Is.Zero);
            Assert.That(embedding.grad!.isfinite().all().ToBoolean(), Is.True);
            Assert.That(network.HeadWeight.grad!.isfinite().all().ToBoolean(), Is.True);
        }
    }

    [Test]
    public void CreateNetwork_EveryBackbone_GivesLogitsOfEveryHead(
        [ValueSource(typeof(Tiny), nameof(Tiny.All))] Backbone backbone, [ValueSource(nameof(NotLinear))] Head head)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = backbone.Draw(3, Classes, head);
        network.eval();

        var logits = network.call(Tiny.Images(2, 3, 8, 8));

        Assert.That(logits.shape, Is.EqualTo(new long[] { 2, Classes }));
        Assert.That(network.HeadWeight.shape, Is.EqualTo(new long[] { Classes, backbone.Graph(NodeShape.Image(3)).EmbeddingSize }));
        Assert.That(network.Head, Is.EqualTo(head));
    }

    // The names are in model files: none may change.
    [TestCaseSource(nameof(Names))]
    public void StateDict_Names_AreTheFileFormat(Head head, string[] expected)
    {
        using var onMeta = Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), Classes, META, head);
        using var onCpu = Network(head);

        Assert.That(Layout(onMeta).Where(line => line.StartsWith("head.")), Is.EqualTo(expected));
        Assert.That(Layout(onMeta), Is.EqualTo(Layout(onCpu)));
        Assert.That(onMeta.state_dict().Values.Select(tensor => tensor.device_type), Is.All.EqualTo(DeviceType.META));

        static string[] Layout(ClassifierNetwork network)
            => [.. network.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]")];
    }

    private static IEnumerable<TestCaseData> Names()
    {
        yield return new(Head.Linear(), new[] { "head.weight [3, 64]", "head.bias [3]" });
        yield return new(Head.T2FNorm(), new[] { "head.weight [3, 64]", "head.bias [3]" });
        foreach (var head in OfCosines)
            yield return new(head, new[]
            {
                "head.weight [3, 64]", "head.scale.weight [1, 64]", "head.scale.bias [1]",
                "head.bn.weight [1]", "head.bn.bias [1]", "head.bn.running_mean [1]", "head.bn.running_var [1]", "head.bn.num_batches_tracked []",
            });
    }

    [TestCaseSource(nameof(All))]
    public void To_AnotherElementType_MovesTheHeadToo(Head head)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Network(head);
        network.eval();
        var images = Tiny.Images(2, 3, 8, 8);
        var expected = network.call(images);

        network.to(float64);   // by the way that a move to a GPU takes

        Assert.That(network.HeadWeight.dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(network.call(images.to(float64)).to(float32).allclose(expected, 1e-3, 1e-4), Is.True);
    }

    [TestCaseSource(nameof(NotLinear))]
    public void LinearHead_OfAnotherHead_NamesItAndTheRemedy(Head head)
    {
        using var network = Backbone.WideResNet(10, 1).CreateNetwork(NodeShape.Image(3), Classes, META, head);

        Assert.That(() => network.LinearHead, Throws.InvalidOperationException.With.Message.Contains($"Head.{head}").And.Message.Contains("Head.Linear()"));
        Assert.That(() => network.HeadBias, Throws.InvalidOperationException.With.Message.Contains($"Head.{head}"));
    }

    [Test]
    public void CreateNetwork_CosineHeads_DrawAsPublicImplementations()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (cosine, decomposed) = (Module(Head.Cosine()), Module(Head.DecomposedConfidence()));

        var bound = 1 / Math.Sqrt(256);
        Assert.That(cosine.abs().max().ToSingle(), Is.InRange(0.99 * bound, bound));
        Assert.That(cosine.std().ToSingle(), Is.EqualTo(bound / Math.Sqrt(3)).Within(3).Percent);
        Assert.That(decomposed.std().ToSingle(), Is.EqualTo(Math.Sqrt(2.0 / 256)).Within(3).Percent);
        Assert.That(decomposed.abs().max().ToSingle(), Is.GreaterThan(3 * Math.Sqrt(2.0 / 256)));

        Tensor Module(Head head)
        {
            using var module = head.CreateModule(256, 40, CPU);
            head.Draw(module, generator);
            return module.get_parameter("weight")!.detach().clone();
        }
    }

    [TestCaseSource(nameof(NotLinear))]
    public void Train_ManySteps_KeepsNoTensors(Head head)
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var scope = NewDisposeScope())
        {
            using var network = Network(head);
            using var optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9);
            Step(network, optimizer);   // gradients and momenta are born here
            var afterFirst = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (var i = 0; i < 20; i++)
                Step(network, optimizer);
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(afterFirst));
        }
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));

        static void Step(ClassifierNetwork network, optim.Optimizer optimizer)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            functional.cross_entropy(network.Classify(randn(Size, 64)), arange(Size) % Classes).backward();
            optimizer.step();
        }
    }

    private static ClassifierNetwork Network(Head head) => Backbone.WideResNet(10, 1, dropout: 0).Draw(3, Classes, head);

    private static Module<Tensor, Tensor> Module(Head head, float[,] classWeights, float[,] scale, float bias)
    {
        var module = head.CreateModule(classWeights.GetLength(1), classWeights.GetLength(0), CPU);
        using var noGrad = no_grad();
        var values = module.state_dict();
        values["weight"].copy_(tensor(classWeights));
        values["scale.weight"].copy_(tensor(scale));
        values["scale.bias"].fill_(bias);
        return module;
    }
}
