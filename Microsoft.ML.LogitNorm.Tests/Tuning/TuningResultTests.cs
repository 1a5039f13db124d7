namespace Microsoft.ML.LogitNorm.Tests.Tuning;

[TestFixture]
public sealed class TuningResultTests
{
    [TestCaseSource(nameof(Choices))]
    public void Choose_ByAccuracyThenFpr95ThenTau(double accuracyLoss, TuningTrial[] trials, double expected)
        => Assert.That(TuningResult.Choose(trials, accuracyLoss).Tau, Is.EqualTo(expected));

    private static IEnumerable<TestCaseData> Choices()
    {
        yield return Case("LowestFpr95", 0.01, 0.02, Trial(0.01, 0.95, 0.3), Trial(0.02, 0.95, 0.1), Trial(0.03, 0.95, 0.2));
        yield return Case("One", 0, 0.02, Trial(0.02, 0.1, 1));
        yield return Case("TooInaccurate_IsLeftOut", 0.01, 0.03, Trial(0.01, 0.92, 0), Trial(0.02, 0.95, 0.4), Trial(0.03, 0.945, 0.3));
        yield return Case("LossIsFromTheBestAccuracy_NotFromTheBestFpr95", 0.01, 0.03, Trial(0.01, 0.93, 0.1), Trial(0.02, 0.938, 0.2), Trial(0.03, 0.95, 0.3));
        yield return Case("ExactlyTheLoss_IsAllowed", 0.01, 0.01, Trial(0.01, 0.92, 0.1), Trial(0.02, 0.93, 0.2));
        yield return Case("ExactlyTheLossOfAnotherRounding_IsAllowed", 0.01, 0.01, Trial(0.01, 149 / 300.0, 0.1), Trial(0.02, 152 / 300.0, 0.2));
        yield return Case("NoLoss_TakesTheMostAccurate", 0, 0.02, Trial(0.01, 0.94, 0), Trial(0.02, 0.95, 0.9));
        yield return Case("AnyLoss_LooksAtFpr95Only", 1, 0.01, Trial(0.01, 0, 0.1), Trial(0.02, 1, 0.2));
        yield return Case("TiedFpr95_TakesTheLargerTau", 0.01, 0.04, Trial(0.01, 0.95, 0), Trial(0.04, 0.945, 0), Trial(0.02, 0.95, 0), Trial(0.05, 0.95, 0.1));
        yield return Case("Failed_DoesNotCount", 0.01, 0.02, Failed(0.05), Trial(0.02, 0.3, 0.9), Failed(0.01));

        static TestCaseData Case(string name, double loss, double expected, params TuningTrial[] trials)
            => new TestCaseData(loss, trials, expected).SetArgDisplayNames(name);
    }

    [Test]
    public void Choose_AllFailed_ListsThem()
        => Assert.That(
            () => TuningResult.Choose([Failed(0.001), Failed(0.005)], 0.01),
            Throws.InvalidOperationException
                .With.Message.Contains("diverged in every trial")
                .And.Message.Contains("tau 0.001: The loss became NaN.")
                .And.Message.Contains("tau 0.005: The loss became NaN."));

    [Test]
    public void ToString_IsATableWithTheChoiceMarked()
    {
        var best = Trial(0.04, 0.9312, 0.012);
        var result = new TuningResult { Best = best, Trials = [Failed(0.001), best], BestOptions = new() };
        Assert.That(result.ToString(), Is.EqualTo(
            """
            | tau | accuracy | FPR95 | AUROC | time | |
            |---|---|---|---|---|---|
            | 0.001 |  |  |  | 00:01:05 | The loss became NaN. |
            | 0.04 | 93.12 % | 1.20 % | 90.00 % | 00:01:05 | **chosen** |

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void TrialToString_IsALine()
    {
        Assert.That(Trial(0.04, 0.9312, 0.012).ToString(), Is.EqualTo("tau 0.04: accuracy 93.12 %, FPR95 1.20 %, AUROC 90.00 %, 00:01:05"));
        Assert.That(Failed(0.001).ToString(), Is.EqualTo("tau 0.001: The loss became NaN., 00:01:05"));
    }

    private static TuningTrial Trial(double tau, double accuracy, double fpr95)
        => new() { Tau = tau, Accuracy = accuracy, FprAt95Tpr = fpr95, Auroc = 0.9, Duration = TimeSpan.FromSeconds(65) };

    private static TuningTrial Failed(double tau) => new() { Tau = tau, Failure = "The loss became NaN.", Duration = TimeSpan.FromSeconds(65) };
}
