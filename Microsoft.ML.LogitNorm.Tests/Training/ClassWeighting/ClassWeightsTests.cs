namespace Microsoft.ML.LogitNorm.Tests.Training;

public sealed class ClassWeightsTests
{
    private static readonly LabelColumn _label = new("Label", 3, ClassValues.Of("cat", "dog", "rare"));

    [Test]
    public void Balanced_Counts_GivesNOverCTimesEach()
        => Assert.That(ClassWeights.Balanced().For(_label, [200, 200, 10]), Is.EqualTo(new[] { 410 / 600f, 410 / 600f, 410 / 30f }));

    [Test]
    public void None_Counts_GivesNothing() => Assert.That(ClassWeights.None().For(_label, [200, 200, 10]), Is.Null);

    [Test]
    public void Of_SomeClasses_LeavesTheOthersAtOne()
        => Assert.That(ClassWeights.Of(("rare", 5.0), ("cat", 0.5)).For(_label, [1, 1, 1]), Is.EqualTo(new[] { 0.5f, 1, 5 }));

    [Test]
    public void Of_UnknownClass_NamesItAndThoseThatThereAre()
        => Assert.That(
            () => ClassWeights.Of(("rare", 5), ("fox", 2)).For(_label, [1, 1, 1]),
            Throws.InvalidOperationException.With.Message.Contains("'fox', which is no class of label column 'Label'").And.Message.Contains("cat, dog, rare"));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(1e-60, Description = "0 as a float")]
    [TestCase(1e60, Description = "infinite as a float")]
    public void Of_ImpossibleWeight_NamesTheClass(double weight)
        => Assert.That(
            () => ClassWeights.Of(("cat", 1), ("rare", weight)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("The weight of class 'rare' is").And.Message.Contains("filter its rows"));

    [Test]
    public void Of_NothingNullOrTwice_IsRefused()
    {
        Assert.That(() => ClassWeights.Of(), Throws.ArgumentException.With.Message.Contains("at least one class"));
        Assert.That(() => ClassWeights.Of(("cat", 1), ("cat", 2)), Throws.ArgumentException.With.Message.Contains("Class 'cat' has a weight more than once"));
        Assert.That(() => ClassWeights.Of((null!, 1)), Throws.ArgumentNullException);
        Assert.That(() => ClassWeights.Of(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void ToString_Weights_AreWhatWasGiven()
        => Assert.That(
            ((ClassWeights[])[ClassWeights.None(), ClassWeights.Balanced(), ClassWeights.Of(("rare", 2.5))]).Select(weights => weights.ToString()),
            Is.EqualTo(new[] { "None", "Balanced", "[('rare', 2.5)]" }));

    [Test]
    public void Fit_ClassWeights_DecideTheWeights()
    {
        var options = TinyImages.Options with { Epochs = 1 };
        var plain = TinyTraining.Weights(options);
        Assert.That(TinyTraining.Weights(options with { ClassWeights = ClassWeights.Of(("red", 3)) }), Is.Not.EqualTo(plain));
        Assert.That(
            () => TinyTraining.Weights(options with { ClassWeights = ClassWeights.Of(("violet", 3)) }),
            Throws.InvalidOperationException.With.Message.Contains("'violet'"));
    }
}
