using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Parts of a network that stay as they are, or learn at a rate of their own.</summary>
[TestFixture]
public sealed class FineTuningTests
{
    private readonly MLContext _ml = new();
    private LogitNormModel _earlier = null!;

    [OneTimeSetUp]
    public void MakeModel() => _earlier = UntrainedModel.Create(_ml, backbone: Backbone.WideResNet(10, 1));   // with dropout

    [OneTimeTearDown]
    public void DisposeOfModel() => _earlier.Dispose();

    private LogitNormTrainer.Options Options
        => TinyImages.Options with { Backbone = _earlier.Backbone, InitialWeights = PretrainedWeights.FromModel(_earlier), Epochs = 2 };

    [Test]
    public void Fit_FrozenStages_KeepTheirBits([Values(false, true)] bool streamed)
    {
        var options = Options with { FineTuning = new() { FrozenStages = ["stem", "block1"] }, ImageCache = streamed ? ImageCache.Stream : ImageCache.Auto };
        var (before, after) = (TinyWeights.Of(_earlier), Fit(options));
        foreach (var (name, bytes) in after.Where(entry => IsOf(entry.Key, "conv1.", "block1.")))
            Assert.That(bytes, Is.EqualTo(before[name]), name);
        foreach (var (name, bytes) in after.Where(entry => !IsOf(entry.Key, "conv1.", "block1.")))
            Assert.That(bytes, Is.Not.EqualTo(before[name]), name);
    }

    [Test]
    public void Fit_StageInTheMiddleFrozen_LearnsAroundIt()
    {
        var (before, after) = (TinyWeights.Of(_earlier), Fit(Options with { FineTuning = new() { FrozenStages = ["block2"] } }));
        Assert.That(after["embedding.block2.0.conv1.weight"], Is.EqualTo(before["embedding.block2.0.conv1.weight"]));
        Assert.That(after["embedding.conv1.weight"], Is.Not.EqualTo(before["embedding.conv1.weight"]));
    }

    [Test]
    public void Fit_FrozenBatchNorms_KeepTheirBits()
    {
        var (before, after) = (TinyWeights.Of(_earlier), Fit(Options with { FineTuning = new() { FreezeBatchNorms = true } }));
        foreach (var (name, bytes) in after)
            Assert.That(bytes.AsSpan().SequenceEqual(before[name]), Is.EqualTo(name.Contains("bn")), name);
    }

    [Test]
    public void Fit_LastStageBatchNormsBehindIt_AreItsOwn()
    {
        var (before, after) = (TinyWeights.Of(_earlier), Fit(Options with { FineTuning = new() { FrozenStages = ["block3"] } }));
        Assert.That(after["embedding.bn1.running_mean"], Is.EqualTo(before["embedding.bn1.running_mean"]));
    }

    [Test]
    public void Forward_FrozenWithDropout_IsThatOfEvaluation()
    {
        using var scope = NewDisposeScope();
        using var network = _earlier.Backbone.Draw(3, 3);
        var images = randn(4, 3, 8, 8);
        network.train();
        var trained = network.Embed(images);   // before the others: it changes the statistics
        network.eval();
        var expected = network.Embed(images);
        Assert.That(Difference(trained), Is.GreaterThan(0.01f), "or dropout and batch norms would do nothing");
        new FineTuning { FrozenStages = ["stem", "block1", "block2", "block3"] }.FreezeIn(network);
        network.train();
        Assert.That(Difference(network.Embed(images)), Is.Zero);
        Assert.That(network.Embed(images).requires_grad, Is.False, "there is no backward pass through it");
        Assert.That(network.HeadWeight.requires_grad, Is.True);

        float Difference(Tensor embedding) => (embedding - expected).abs().max().item<float>();
    }

    // One step without momentum and decay moves weights by the rate times the gradient, which is the same whatever the rates are.
    [Test]
    public void Fit_StageLearningRates_AreFactorsOfTheRate()
    {
        var options = Options with
        {
            Backbone = Backbone.WideResNet(10, 1, 0), InitialWeights = null, Epochs = 1, BatchSize = TinyTraining.Rows, Momentum = 0, WeightDecay = 0,
            Head = Head.Cosine(),
        };
        var start = Numbers(Fit(options with { LearningRate = 1e-30 }));
        var (alike, apart) = (
            Numbers(Fit(options)),
            Numbers(Fit(options with { FineTuning = new() { StageLearningRates = [new("block2", 0.25), new("block3", 4), new("head", 2)] } })));
        foreach (var (name, factor) in new[]
        {
            ("embedding.conv1.weight", 1), ("embedding.block1.0.conv2.weight", 1), ("embedding.block2.0.conv1.weight", 0.25), ("embedding.bn1.bias", 4),
            ("embedding.block3.0.convShortcut.weight", 4), ("head.weight", 2), ("head.scale.weight", 2),
        })
        {
            double[] moved = [.. alike[name].Zip(start[name], (now, before) => (double)now - before)];
            double[] found = [.. apart[name].Zip(start[name], (now, before) => (double)now - before)];
            Assert.That(moved.Max(Math.Abs), Is.Positive, name);
            Assert.That(found, Is.EqualTo(moved.Select(step => step * factor)).Within((1e-4 * moved.Max(Math.Abs) * factor) + 1e-7), name);
        }
    }

    [Test]
    public void CreateOptimizer_WithoutFineTuning_HasTheGroupsOfBefore()
    {
        using var network = _earlier.Backbone.Draw(3, 3, Head.Cosine());
        using var optimizer = TrainingLoop.CreateOptimizer(network, new());
        Assert.That(optimizer.Groups.Select(group => (group.WeightDecay, group.RateFactor)), Is.EqualTo(new[] { (5e-4, 1.0), (0, 1) }));
        Assert.That(
            optimizer.Groups.SelectMany(group => group.Parameters).Select(parameter => parameter.Handle),
            Is.EquivalentTo(network.parameters().Select(parameter => parameter.Handle)));
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case(
            new() { FrozenStages = ["layer1"] },
            "FineTuning.FrozenStages has 'layer1', which is no stage of WideResNet(10, 1). Its stages are stem, block1, block2, block3.");
        yield return Case(new() { FrozenStages = ["stem", "head"] }, "FrozenStages has 'head', which is no stage", "The head always learns.");
        yield return Case(
            new() { StageLearningRates = [new("block4", 2)] },
            "StageLearningRates has 'block4'",
            "stem, block1, block2, block3. 'head' is what comes behind them.");
        yield return Case(
            new() { FrozenStages = ["stem"], StageLearningRates = [new("stem", 2)] }, "has 'stem' in FrozenStages and in StageLearningRates");

        static TestCaseData Case(FineTuning tuning, params string[] says) => new TestCaseData(tuning, says).SetArgDisplayNames(says[0]);
    }

    [TestCaseSource(nameof(Refused))]
    public void LogitNorm_StagesThatCannotBe_AreRefusedWithThoseThatThereAre(FineTuning tuning, string[] says)
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.LogitNorm(Options with { FineTuning = tuning }))!;
        foreach (var text in says)
            Assert.That(error.Message, Does.Contain(text));
    }

    [Test]
    public void LogitNorm_FrozenWithoutInitialWeights_IsRefused()
    {
        foreach (var tuning in (FineTuning[])[new() { FrozenStages = ["stem"] }, new() { FreezeBatchNorms = true }])
            Assert.That(
                () => _ml.MulticlassClassification.Trainers.LogitNorm(Options with { FineTuning = tuning, InitialWeights = null }),
                Throws.ArgumentException.With.Message.Contains("a network that nobody has trained, as InitialWeights is null"));
        Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(
                Options with { FineTuning = new() { StageLearningRates = [new("head", 10)] }, InitialWeights = null }),
            Throws.Nothing);
    }

    [Test]
    public void LogitNorm_NetworkWithoutStages_SaysSo()
        => Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(
                new LogitNormTrainer.Options { Backbone = Backbone.Dense(), FineTuning = new() { FrozenStages = ["stem"] } }),
            Throws.ArgumentException.With.Message.Contains("is no stage of Dense(). It has none."));

    [Test]
    public void FineTuning_ImpossibleValues_AreRefusedWhereTheyAreSet()
    {
        Assert.That(() => new FineTuning { FrozenStages = ["a", "a"] }, Throws.ArgumentException.With.Message.Contains("'a' is listed more than once"));
        Assert.That(() => new FineTuning { StageLearningRates = [new("a", 1), new("a", 2)] }, Throws.ArgumentException.With.Message.Contains("'a' is listed"));
        Assert.That(() => new FineTuning { FrozenStages = null! }, Throws.ArgumentNullException);
        Assert.That(() => new StageLearningRate("", 1), Throws.ArgumentException);
        foreach (var factor in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Assert.That(
                () => new StageLearningRate("a", factor),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0, such as 0.1"));
    }

    [Test]
    public void FineTuning_EqualValues_AreEqual()
    {
        var (one, other) = (Make(), Make());
        Assert.That(one, Is.EqualTo(other));
        Assert.That(
            one.ToString(),
            Is.EqualTo(
                "FineTuning { FrozenStages = [stem], StageLearningRates = [StageLearningRate { Stage = head, Factor = 0.5 }], "
                + "FreezeBatchNorms = True }"));

        static FineTuning Make() => new() { FrozenStages = ["stem"], StageLearningRates = [new("head", 0.5)], FreezeBatchNorms = true };
    }

    private static bool IsOf(string name, params string[] parts)
        => parts.Any(part => name.StartsWith($"embedding.{part}", StringComparison.Ordinal));

    private Dictionary<string, byte[]> Fit(LogitNormTrainer.Options options)
    {
        using var chain = TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, TinyTraining.Rows));
        return TinyWeights.Of(chain.LastTransformer);
    }

    private static Dictionary<string, float[]> Numbers(Dictionary<string, byte[]> weights)
        => weights.ToDictionary(entry => entry.Key, entry => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(entry.Value).ToArray());
}
