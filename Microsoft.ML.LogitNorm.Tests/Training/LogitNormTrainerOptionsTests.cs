namespace Microsoft.ML.LogitNorm.Tests.Training;

[TestFixture]
public sealed class LogitNormTrainerOptionsTests
{
    [TestCaseSource(nameof(Refused))]
    public void Options_ImpossibleValue_IsRefusedWhereItIsSet(Func<LogitNormTrainer.Options> set, string name, string message)
        => Assert.That(() => set(), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name).And.Message.Contains(message));

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case(() => new() { Epochs = 0 }, "Epochs", "Train for at least 1 epoch.");
        yield return Case(() => new() { BatchSize = 1 }, "BatchSize", "at least 2 rows");
        yield return Case(() => new() { LearningRate = 0 }, "LearningRate", "above 0, such as 0.1");
        yield return Case(() => new() { LearningRate = -1 }, "LearningRate", "above 0");
        yield return Case(() => new() { LearningRate = double.NaN }, "LearningRate", "above 0");
        yield return Case(() => new() { LearningRate = double.PositiveInfinity }, "LearningRate", "above 0");
        yield return Case(() => new() { Momentum = -0.1 }, "Momentum", "below 1, such as 0.9");
        yield return Case(() => new() { Momentum = 1 }, "Momentum", "below 1");
        yield return Case(() => new() { Momentum = double.NaN }, "Momentum", "below 1");
        yield return Case(() => new() { WeightDecay = -1e-9 }, "WeightDecay", "at least 0, such as 5e-4");
        yield return Case(() => new() { WeightDecay = double.NaN }, "WeightDecay", "at least 0");
        yield return Case(() => new() { OutlierWeight = 0 }, "OutlierWeight", "above 0, such as 0.5");
        yield return Case(() => new() { OutlierWeight = double.NaN }, "OutlierWeight", "above 0");
        yield return Case(() => new() { OutlierWeight = double.PositiveInfinity }, "OutlierWeight", "above 0");
        yield return Case(() => new() { OutlierShare = 0 }, "OutlierShare", "above 0 and at most 4");
        yield return Case(() => new() { OutlierShare = 4.1 }, "OutlierShare", "above 0 and at most 4");
        yield return Case(() => new() { OutlierShare = double.NaN }, "OutlierShare", "above 0 and at most 4");
        yield return Case(() => new() { SyntheticOutliers = (SyntheticOutliers)32 }, "SyntheticOutliers", "such as Jigsaws | Mixtures");
        yield return Case(() => new() { ValidationFraction = 0 }, "ValidationFraction", "above 0 and below 1, such as 0.1");
        yield return Case(() => new() { ValidationFraction = 1 }, "ValidationFraction", "below 1");
        yield return Case(() => new() { ValidationFraction = double.NaN }, "ValidationFraction", "below 1");
        yield return Case(() => new() { Sampling = (Sampling)2 }, "Sampling", "Sampling.Natural or Balanced");
        yield return Case(() => new() { ClassWeights = null! }, "ClassWeights", "null");
        yield return Case(() => new() { LabelColumnName = "" }, "LabelColumnName", "A column needs a name.");
        yield return Case(() => new() { FeatureColumnName = null! }, "FeatureColumnName", "A column needs a name.");
        yield return Case(() => new() { Backbone = null! }, "Backbone", "null");
        yield return Case(() => new() { Head = null! }, "Head", "null");
        yield return Case(() => new() { Loss = null! }, "Loss", "null");
        yield return Case(() => new() { LearningRateSchedule = null! }, "LearningRateSchedule", "null");
        yield return Case(() => new() { Loss = TrainingLoss.LogitNorm(tau: 0) }, "tau", "give a positive number, such as 0.04");
        yield return Case(() => new() { Loss = TrainingLoss.LogitNorm(tau: -0.04) }, "tau", "positive");
        yield return Case(() => new LogitNormTrainer.Options() with { Epochs = -3 }, "Epochs", "at least 1 epoch");

        static TestCaseData Case(
            Func<LogitNormTrainer.Options> set,
            string name,
            string message,
            [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(set))] string text = "")
            => new TestCaseData(set, name, message).SetArgDisplayNames(text["() => ".Length..]);
    }

    [Test]
    public void Options_Defaults_AreThePapersRecipe()
    {
        var options = new LogitNormTrainer.Options();
        Assert.Multiple(() =>
        {
            Assert.That(options.Backbone, Is.EqualTo(Backbone.WideResNet(40, 2, 0.3)));
            Assert.That(options.Head, Is.EqualTo(Head.Linear()));
            Assert.That(((LogitNormLoss)options.Loss).Tau, Is.EqualTo(0.04));
            Assert.That((options.Epochs, options.BatchSize), Is.EqualTo((200, (int?)null)));
            Assert.That((options.LearningRate, options.Momentum, options.Nesterov, options.WeightDecay), Is.EqualTo((0.1, 0.9, true, 5e-4)));
            Assert.That(options.LearningRateSchedule.ToString(), Is.EqualTo("Milestones([0.4, 0.7], 0.1)"));
            Assert.That((options.OutlierSet, options.SyntheticOutliers), Is.EqualTo(((IDataView?)null, SyntheticOutliers.None)));
            Assert.That((options.ValidationFraction, options.EarlyStopping), Is.EqualTo(((double?)null, (EarlyStopping?)null)));
            Assert.That((options.ClassWeights, options.Sampling), Is.EqualTo((ClassWeights.None(), Sampling.Natural)));
            Assert.That((options.OutlierWeight, options.OutlierShare), Is.EqualTo((0.5, 0.5)));
            Assert.That(options.For(50_000).Augmentation, Is.EqualTo(Augmentation.CropAndFlip(4, flip: true)));
            Assert.That((options with { Backbone = Backbone.Dense() }).For(50_000).Augmentation, Is.EqualTo(Augmentation.None()));
        });
    }
}
