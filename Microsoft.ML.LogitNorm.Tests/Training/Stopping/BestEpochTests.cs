using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Which epoch is the best, by planted figures, and that its weights come back. In epoch e all parameters are e.</summary>
public sealed class BestEpochTests
{
    private readonly MLContext _ml = new();
    private readonly List<string> _messages = [];

    [OneTimeSetUp]
    public void Listen() => _ml.Log += (_, e) => _messages.Add(e.Message);

    [SetUp]
    public void Forget() => _messages.Clear();

    [TestCase(new[] { 0.9, 0.5, 0.3, 0.4, 0.6 }, 3, null)]
    [TestCase(new[] { 0.9, 0.5, 0.5, 0.5, 0.6 }, 2, null, Description = "the first of equals")]
    [TestCase(new[] { 0.9, double.NaN, 0.95, double.PositiveInfinity }, 1, null)]
    [TestCase(new[] { double.NaN, 0.9, 1.2 }, 2, null)]
    [TestCase(new[] { 0.9, 0.8, 0.85, 0.81, 0.1 }, 2, 2, Description = "stopped after the fourth")]
    [TestCase(new[] { 0.9, 0.8, 0.85, 0.79, 0.1 }, 5, 2, Description = "the fourth came in time")]
    public void Keep_Losses_AreThoseOfTheLowest(double[] losses, int best, int? patience)
        => AssertKept(new(patience), losses.Select(loss => (loss, 0.5)), best);

    [TestCase(new[] { 0.2, 0.7, 0.7, 0.6 }, 2)]
    [TestCase(new[] { 0.2, 0.3, 0.9 }, 3)]
    public void Keep_Accuracies_AreThoseOfTheHighest(double[] accuracies, int best)
        => AssertKept(new(null, EarlyStoppingMetric.Accuracy), accuracies.Select(accuracy => (0.5, accuracy)), best);

    [TestCase(0.05, 1)]
    [TestCase(0.03, 3)]
    public void Keep_MinDelta_AsksForMore(double minDelta, int best)
        => AssertKept(new(null, minDelta: minDelta), ((double[])[0.50, 0.48, 0.46]).Select(loss => (loss, 0.5)), best);

    [Test]
    public void Keep_NoFiniteFigure_SaysSo()
        => Assert.That(
            () => AssertKept(new(3), [(double.NaN, 0.5), (double.NaN, 0.5)], 0),
            Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("the validation loss was not finite in any of 2").And.Message.Contains("LearningRate"));

    [Test]
    public void Keep_Stopped_SaysWhichInTheLog()
    {
        AssertKept(new(2), [(0.5, 0), (0.25, 0), (0.3, 0), (0.4, 0), (0.1, 0)], 2);
        Assert.That(
            _messages, Has.One.Contains("Stopped after epoch 4: none of the last 2 was better. The model is that of epoch 2, the best of 4, with validation loss 0.25."));
    }

    [Test]
    public void Dispose_FreesTheCopy()
    {
        using var model = UntrainedModel.Create(_ml);
        using var network = Backbone.WideResNet(10, 1, dropout: 0).Draw(3, 3);
        var before = Tensor.TotalCount;
        using (var best = new BestEpoch(new(), network))
        {
            best.Add(Epoch(1, 0.5, 0.5, model));
            best.Add(Epoch(2, 0.4, 0.5, model));
            Assert.That(Tensor.TotalCount, Is.EqualTo(before + network.state_dict().Count), "one copy");
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [TestCase(0, EarlyStoppingMetric.Loss, 0, "patience", "at least 1 epoch")]
    [TestCase(-1, EarlyStoppingMetric.Loss, 0, "patience", "null trains all epochs")]
    [TestCase(1, (EarlyStoppingMetric)7, 0, "metric", "Loss or Accuracy")]
    [TestCase(1, EarlyStoppingMetric.Loss, -0.1, "minDelta", "at least 0")]
    [TestCase(1, EarlyStoppingMetric.Loss, double.NaN, "minDelta", "at least 0")]
    public void EarlyStopping_ImpossibleValue_IsRefused(int patience, EarlyStoppingMetric metric, double minDelta, string name, string message)
        => Assert.That(
            () => new EarlyStopping(patience, metric, minDelta),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(name).And.Message.Contains(message));

    private static TrainingEpoch Epoch(int epoch, double loss, double accuracy, LogitNormModel model) => new()
    {
        Epoch = epoch, Epochs = 10, Loss = 0, Accuracy = 0, MeanLogitNorm = 0, LearningRate = 0, ImagesPerSecond = 0, Elapsed = default, Model = model,
        ValidationLoss = loss, ValidationAccuracy = accuracy,
    };

    private void AssertKept(EarlyStopping options, IEnumerable<(double Loss, double Accuracy)> figures, int expected)
    {
        using var scope = NewDisposeScope();
        using var model = UntrainedModel.Create(_ml);
        using var log = new ContextLog(_ml, "trainer");
        using var network = Backbone.WideResNet(10, 1, dropout: 0).Draw(3, 3);
        using var best = new BestEpoch(options, network);
        var epoch = 0;
        foreach (var (loss, accuracy) in figures.TakeWhile(_ => !best.IsOver(epoch)))
        {
            epoch++;
            using (no_grad())
                foreach (var tensor in network.state_dict().Values)
                    tensor.copy_(full_like(tensor, epoch));
            best.Add(Epoch(epoch, loss, accuracy, model));
        }
        best.Keep(epoch, log);
        Assert.That(best.Best!.Epoch, Is.EqualTo(expected));
        foreach (var (name, tensor) in network.state_dict())
            Assert.That(tensor.sub(full_like(tensor, expected)).abs().max().ToDouble(), Is.Zero, name);
    }
}
