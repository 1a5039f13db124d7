namespace Microsoft.ML.LogitNorm.Tests.Training;

[TestFixture]
public sealed class LearningRateScheduleTests
{
    // The paper's recipe, step by step: 200 epochs of 390 steps, by 10 after 80 and 140 epochs.
    [TestCase(0, 1)]
    [TestCase((80 * 390) - 1, 1)]
    [TestCase(80 * 390, 0.1)]
    [TestCase((140 * 390) - 1, 0.1)]
    [TestCase(140 * 390, 0.01)]
    [TestCase((200 * 390) - 1, 0.01)]
    public void Milestones_OfThePaper_FallAtTheFirstStepOfTheirEpoch(int step, double expected)
        => Assert.That(LearningRateSchedule.Milestones().FactorAt(step / (200.0 * 390)), Is.EqualTo(expected).Within(1e-15));

    [TestCase(3, 0.3)]
    [TestCase(7, 0.7)]
    [TestCase(6, 0.6)]
    [TestCase(7, 0.1 * 7, Description = "0.7000000000000001")]
    [TestCase(3, 0.1 + 0.2, Description = "0.30000000000000004")]
    public void Milestones_SharesThatBinaryCannotHold_FallOnTime(int epoch, double milestone)
    {
        var schedule = LearningRateSchedule.Milestones([milestone], factor: 0.5);
        for (var steps = 1; steps < 60; steps++)
        {
            Assert.That(schedule.FactorAt(epoch * steps / (10.0 * steps)), Is.EqualTo(0.5), $"{steps} steps an epoch");
            Assert.That(schedule.FactorAt(((epoch * steps) - 1) / (10.0 * steps)), Is.EqualTo(1), $"{steps} steps an epoch");
        }
    }

    [TestCase(0.0, 1)]
    [TestCase(0.25, 0.85355339)]
    [TestCase(0.5, 0.5)]
    [TestCase(0.75, 0.14644661)]
    [TestCase(1.0, 0)]
    public void Cosine_HalfWave(double progress, double expected)
        => Assert.That(LearningRateSchedule.Cosine().FactorAt(progress), Is.EqualTo(expected).Within(1e-8));

    // PyTorch's OneCycleLR(div_factor=25, final_div_factor=1e4, anneal_strategy="cos"): from max/25 to max, then to max/25/1e4.
    // Halfway up and halfway down stand the means of the ends, as half a cosine has it.
    [TestCase(0.3, 0.0, 0.04)]
    [TestCase(0.3, 0.15, (0.04 + 1) / 2)]
    [TestCase(0.3, 0.3, 1)]
    [TestCase(0.3, 0.65, (1 + 4e-6) / 2)]
    [TestCase(0.3, 1.0, 4e-6)]
    [TestCase(0.5, 0.25, (0.04 + 1) / 2)]
    [TestCase(0.3, 0.075, 0.04 + (0.96 * 0.14644661))]
    public void OneCycle_IsPyTorchs(double peak, double progress, double expected)
        => Assert.That(LearningRateSchedule.OneCycle(peak).FactorAt(progress), Is.EqualTo(expected).Within(1e-8));

    [Test]
    public void OneCycle_RisesThenFalls()
    {
        var factors = Enumerable.Range(0, 1001).Select(i => LearningRateSchedule.OneCycle().FactorAt(i / 1000.0)).ToArray();
        Assert.That(factors[..301], Is.Ordered.Ascending);
        Assert.That(factors[300..], Is.Ordered.Descending);
    }

    [TestCase(new[] { 0.0 })]
    [TestCase(new[] { 1.0 })]
    [TestCase(new[] { 0.7, 0.4 })]
    [TestCase(new[] { 0.4, 0.4 })]
    [TestCase(new[] { double.NaN })]
    [TestCase(new[] { 80.0, 140 })]
    public void Milestones_NotRisingShares_AreRefused(double[] milestones)
        => Assert.That(
            () => LearningRateSchedule.Milestones(milestones),
            Throws.ArgumentException.With.Message.Contains("each between 0 and 1").And.Message.Contains("Epoch 80 of 200 is 0.4"));

    [TestCase(0.0)]
    [TestCase(1.5)]
    [TestCase(double.NaN)]
    public void Milestones_ImpossibleFactor_IsRefused(double factor)
        => Assert.That(
            () => LearningRateSchedule.Milestones(factor: factor),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0 and is at most 1"));

    [TestCase(0.0)]
    [TestCase(1.0)]
    [TestCase(double.NaN)]
    public void OneCycle_ImpossiblePeak_IsRefused(double peak)
        => Assert.That(() => LearningRateSchedule.OneCycle(peak), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("0.3 for 30 %"));

    [Test]
    public void Milestones_KeepsACopy()
    {
        double[] milestones = [0.5];
        var schedule = LearningRateSchedule.Milestones(milestones);
        milestones[0] = 0.9;
        Assert.That(schedule.FactorAt(0.6), Is.EqualTo(0.1));
    }

    [Test]
    public void ToString_TellsTheParameters()
    {
        Assert.That(LearningRateSchedule.Milestones().ToString(), Is.EqualTo("Milestones([0.4, 0.7], 0.1)"));
        Assert.That(LearningRateSchedule.Cosine().ToString(), Is.EqualTo("Cosine"));
        Assert.That(LearningRateSchedule.OneCycle(0.25).ToString(), Is.EqualTo("OneCycle(0.25)"));
    }
}
