using Microsoft.ML.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>The heads in training, in model files, and row by row.</summary>
[TestFixture]
public sealed class HeadTrainingTests
{
    private static readonly Head[] All = [Head.Linear(), Head.Cosine(), Head.DecomposedConfidence(), Head.T2FNorm()];
    private static readonly Head[] OfCosines = [Head.Cosine(), Head.DecomposedConfidence()];
    private static readonly Head[] NotLinear = [.. OfCosines, Head.T2FNorm()];
    private static readonly TrainingLoss[] Losses = [TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(0.1), TrainingLoss.LogitPenalty()];

    [Test]
    public void Fit_EveryHeadAndLoss_LearnsTinyImages([ValueSource(nameof(NotLinear))] Head head, [ValueSource(nameof(Losses))] TrainingLoss loss)
    {
        var ml = new MLContext(seed: 1);
        using var chain = TinyImages.Pipeline(ml, TinyImages.Options with { Head = head, Loss = loss, Epochs = 4 }).Fit(TinyImages.View(ml, 96));

        var metrics = ml.MulticlassClassification.Evaluate(chain.Transform(TinyImages.View(ml, 60, seed: 5)));

        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.9));
        Assert.That(chain.LastTransformer.Head, Is.EqualTo(head));
    }

    [TestCaseSource(nameof(NotLinear))]
    public void SaveAndLoad_TrainedHead_GivesTheSameBits(Head head)
    {
        var ml = new MLContext(seed: 1);
        var data = TinyImages.View(ml, 48);
        using var chain = TinyImages.Pipeline(ml, TinyImages.Options with { Head = head, Epochs = 1 }).Fit(data);

        using var loaded = (TransformerChain<ITransformer>)ModelFile.Of(ml, chain, data.Schema).Load(new MLContext(), out _);

        Assert.That(loaded.OfType<LogitNormModel>().Single().Head, Is.EqualTo(head));
        Assert.That(Logits(loaded), Is.EqualTo(Logits(chain)));

        float[][] Logits(ITransformer model) => [.. model.Transform(data).GetColumn<float[]>("Logits")];
    }

    [TestCaseSource(nameof(NotLinear))]
    public void Predict_SingleRows_AreThoseOfTheBatch(Head head)
    {
        var ml = new MLContext(seed: 1);
        using var chain = TinyImages.Pipeline(ml, TinyImages.Options with { Head = head, Epochs = 1 }).Fit(TinyImages.View(ml, 48));
        var rows = TinyImages.Rows(20, seed: 4);
        var expected = ml.Data.CreateEnumerable<Scored>(chain.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToArray();
        using var engine = ml.Model.CreatePredictionEngine<TinyImages.Row, Scored>(chain, new PredictionEngineOptions { OwnsTransformer = false });

        foreach (var (row, batch) in rows.Zip(expected))
            // so short a training leaves scales of any size
            Assert.That(engine.Predict(row).Logits, Is.EqualTo(batch.Logits).Within(1e-5 * Math.Max(1, batch.Logits.Max(Math.Abs))));
        Assert.That(expected.Select(scored => scored.Logits[0]).Distinct().Count(), Is.EqualTo(20), "rows that differ");
    }

    [TestCaseSource(nameof(All))]
    public void Fit_AnyHead_LeavesNoGradients(Head head)
    {
        var ml = new MLContext(seed: 1);
        using var chain = TinyImages.Pipeline(ml, TinyImages.Options with { Head = head, Epochs = 1 }).Fit(TinyImages.View(ml, 16));
        var parameters = NetworkOf.View(chain.Transform(TinyImages.View(ml, 1))).Classifier.parameters().ToArray();
        Assert.That(parameters.Select(parameter => parameter.requires_grad || parameter.grad is not null), Is.All.False);
    }

    [TestCaseSource(nameof(All))]
    public void CreateOptimizer_EveryParameter_IsInOneGroup(Head head)
    {
        using var network = Backbone.WideResNet(10, 1).Draw(3, 3, head);
        using var optimizer = TrainingLoop.CreateOptimizer(network, new() { WeightDecay = 0.01, LearningRate = 0.2, Momentum = 0.8 });

        IntPtr[] free = [.. optimizer.Groups
            .Where(group => group.WeightDecay == 0)
            .SelectMany(group => group.Parameters)
            .Select(parameter => parameter.Handle)];
        IntPtr[] decaying = [.. optimizer.Groups
            .Where(group => group.WeightDecay == 0.01)
            .SelectMany(group => group.Parameters)
            .Select(parameter => parameter.Handle)];

        Assert.That(free, Is.EqualTo(OfCosines.Contains(head) ? new[] { network.HeadWeight.Handle } : []));
        Assert.That(decaying.Concat(free), Is.EquivalentTo(network.parameters().Select(parameter => parameter.Handle)));
        Assert.That(optimizer.LearningRate, Is.EqualTo(0.2));
    }

    [TestCaseSource(nameof(All))]
    public void WeightDecay_OfASteepRate_ShrinksAllButCosineClassWeights(Head head)
    {
        using var scope = NewDisposeScope();
        using var network = Backbone.WideResNet(10, 1).Draw(3, 3, head);
        using var optimizer = TrainingLoop.CreateOptimizer(network, new() { WeightDecay = 0.5, LearningRate = 0.1, Momentum = 0, Nesterov = false });
        foreach (var parameter in network.parameters())
            parameter.grad = zeros_like(parameter);
        var before = network.HeadWeight.detach().clone();
        var others = network.parameters().Where(parameter => parameter.Handle != network.HeadWeight.Handle).Select(Size).ToArray();

        optimizer.Step();

        Assert.That(network.HeadWeight.allclose(before * (OfCosines.Contains(head) ? 1 : 0.95), 1e-6, 0), Is.True);
        Assert.That(
            network.parameters().Where(parameter => parameter.Handle != network.HeadWeight.Handle).Select(Size),
            Is.EqualTo(others.Select(size => 0.95 * size)).Within(0.01).Percent);

        static double Size(Parameter parameter) => parameter.detach().abs().sum().ToDouble();
    }

    // A rate of next to nothing leaves the class weights, which are in a group of their own, as they were drawn.
    [TestCaseSource(nameof(OfCosines))]
    public void LearningRateSchedule_HoldsForAllGroups(Head head)
    {
        var ml = new MLContext(seed: 1);
        var options = TinyImages.Options with { Head = head, Epochs = 1, LearningRateSchedule = LearningRateSchedule.Milestones([1e-9, 2e-9], 1e-20) };
        using var moved = TinyImages.Pipeline(ml, TinyImages.Options with { Head = head, Epochs = 1 }).Fit(TinyImages.View(ml, 48));
        using var still = TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, 48));

        using var scope = NewDisposeScope();
        using var fresh = options.Backbone.Draw(3, 3, head);
        Assert.That(Weight(still).equal(fresh.HeadWeight).all().ToBoolean(), Is.True);
        Assert.That(Weight(moved).equal(fresh.HeadWeight).all().ToBoolean(), Is.False);

        Tensor Weight(ITransformer model) => NetworkOf.View(model.Transform(TinyImages.View(ml, 1))).Classifier.HeadWeight;
    }

    [TestCaseSource(nameof(NotLinear))]
    public void Trainer_LossOfALinearHead_IsRefusedWithoutData(Head head)
    {
        var ml = new MLContext();
        var options = TinyImages.Options with { Head = head, Loss = TrainingLoss.ExtendedLogitNorm() };
        Assert.That(
            () => ml.MulticlassClassification.Trainers.LogitNorm(options),
            Throws.ArgumentException
                .With.Message.Contains("Loss is ExtendedLogitNorm()")
                .And.Message.Contains($"Head is {head}")
                .And.Message.Contains("Head.Linear()"));
        Assert.That(() => ml.MulticlassClassification.Trainers.LogitNorm(options with { Head = Head.Linear() }), Throws.Nothing);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Fit_Log_NamesTheHeadUnlessItIsLinear(bool linear)
    {
        var ml = new MLContext();
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.RawMessage);
        TinyImages.Pipeline(ml, TinyImages.Options with { Head = linear ? Head.Linear() : Head.Cosine(), Epochs = 1 }).Fit(TinyImages.View(ml, 16)).Dispose();
        Assert.That(
            lines,
            Has.One.StartsWith($"Training WideResNet(10, 1, 0) with {(linear ? "" : "head Cosine() and ")}LogitNorm(tau: 0.1, warmup: 0.5) for 1 epochs"));
    }

    private sealed class Scored
    {
        public float[] Logits { get; set; } = [];
    }
}
