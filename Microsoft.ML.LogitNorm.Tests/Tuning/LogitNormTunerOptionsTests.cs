namespace Microsoft.ML.LogitNorm.Tests.Tuning;

[TestFixture]
public sealed class LogitNormTunerOptionsTests
{
    [TestCaseSource(nameof(Refused))]
    public void Options_ImpossibleValue_IsRefusedWhereItIsSet(Func<LogitNormTuner.Options> set, string name, string message)
        => Assert.That(() => set(), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name).And.Message.Contains(message));

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case(() => new() { Trainer = null! }, "Trainer", "null");
        yield return Case(() => new() { Taus = null! }, "Taus", "null");
        yield return Case(() => new() { Taus = [] }, "Taus", "at least one temperature");
        yield return Case(() => new() { Taus = [0.1, 0] }, "Taus", "positive number, such as 0.04; got 0");
        yield return Case(() => new() { Taus = [-0.1] }, "Taus", "got -0.1");
        yield return Case(() => new() { Taus = [double.NaN] }, "Taus", "got NaN");
        yield return Case(() => new() { Taus = [double.PositiveInfinity] }, "Taus", "got Infinity");
        yield return Case(() => new() { Taus = [0.1, 0.2, 0.1] }, "Taus", "0.1 is listed more than once");
        yield return Case(() => new() { Warmup = -0.1 }, "Warmup", "from 0 (none) to 1");
        yield return Case(() => new() { Warmup = 1.1 }, "Warmup", "from 0 (none) to 1");
        yield return Case(() => new() { Warmup = double.NaN }, "Warmup", "from 0 (none) to 1");
        yield return Case(() => new() { EpochsPerTrial = 0 }, "EpochsPerTrial", "at least 1 epoch");
        yield return Case(() => new() { AccuracyLoss = -0.01 }, "AccuracyLoss", "a share");
        yield return Case(() => new() { AccuracyLoss = 1.01 }, "AccuracyLoss", "a share");
        yield return Case(() => new() { AccuracyLoss = double.NaN }, "AccuracyLoss", "a share");
        yield return Case(() => new() { NoiseCount = 0 }, "NoiseCount", "at least 1 image");
        yield return Case(() => new() { ResultsFile = "" }, "ResultsFile", "A file needs a name");

        static TestCaseData Case(
            Func<LogitNormTuner.Options> set,
            string name,
            string message,
            [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(set))] string text = "")
            => new TestCaseData(set, name, message).SetArgDisplayNames(text["() => ".Length..]);
    }

    [Test]
    public void Taus_ListChangesLater_OptionsDoNot()
    {
        var taus = new List<double> { 0.1 };
        var options = new LogitNormTuner.Options { Taus = taus };
        taus.Add(-1);
        Assert.That(options.Taus, Is.EqualTo(new[] { 0.1 }));
    }

    [Test]
    public void LogitNormTuner_NoOptions_IsRefused()
        => Assert.That(() => new MLContext().MulticlassClassification.LogitNormTuner(null!), Throws.ArgumentNullException);
}
