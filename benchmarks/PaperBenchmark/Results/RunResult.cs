using PaperBenchmark.Runs;

namespace PaperBenchmark.Results;

/// <summary>A finished run with what it made of all images.</summary>
/// <param name="Run">What it is.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Trained">How the training went.</param>
/// <param name="Epochs">A line for each epoch.</param>
/// <param name="Test">The test images.</param>
/// <param name="Ood">The out-of-distribution sets, by name.</param>
internal sealed record RunResult(
    RunOptions Run, RunFolder Folder, TrainedRun Trained, IReadOnlyList<EpochLine> Epochs, SetScores Test, IReadOnlyDictionary<string, SetScores> Ood)
{
    /// <summary>The share of the test images that are given their class.</summary>
    public double Accuracy => SetScores.Accuracy(Test.Labels, Test.Logits);

    /// <summary>Mean ‖f‖₂ of the test images.</summary>
    public double TestLogitNorm => Test.Logits.Average(Norm);

    /// <summary>Mean ‖f‖₂ of the out-of-distribution images, the mean over the sets.</summary>
    public double OodLogitNorm => Ood.Values.Average(set => set.Logits.Average(Norm));

    private static double Norm(float[] logits) => Math.Sqrt(logits.Sum(logit => (double)logit * logit));
}
