using CsvHelper.Configuration.Attributes;
using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Runs;

/// <summary>A line of <c>epochs.csv</c>.</summary>
internal sealed record EpochLine
{
    [Name("epoch")]
    public required int Epoch { get; init; }

    [Name("loss")]
    public required double Loss { get; init; }

    [Name("train_accuracy")]
    public required double TrainAccuracy { get; init; }

    /// <summary>On the test images that are watched during training.</summary>
    [Name("test_accuracy")]
    public required double TestAccuracy { get; init; }

    /// <summary>Mean ‖f‖₂ over the training images, augmented, while the weights change.</summary>
    [Name("train_logit_norm")]
    public required double TrainLogitNorm { get; init; }

    /// <summary>Mean ‖f‖₂ over the watched test images.</summary>
    [Name("test_logit_norm")]
    public required double TestLogitNorm { get; init; }

    /// <summary>Mean ‖f‖₂ over the watched images of unknown classes.</summary>
    [Name("ood_logit_norm")]
    public required double OodLogitNorm { get; init; }

    [Name("learning_rate")]
    public required double LearningRate { get; init; }

    [Name("images_per_second")]
    public required double ImagesPerSecond { get; init; }

    /// <summary>Since training began, over all starts.</summary>
    [Name("elapsed_seconds")]
    public required double ElapsedSeconds { get; init; }

    public static EpochLine From(TrainingEpoch epoch, double testAccuracy, double testLogitNorm, double oodLogitNorm) => new()
    {
        Epoch = epoch.Epoch,
        Loss = epoch.Loss,
        TrainAccuracy = epoch.Accuracy,
        TestAccuracy = testAccuracy,
        TrainLogitNorm = epoch.MeanLogitNorm,
        TestLogitNorm = testLogitNorm,
        OodLogitNorm = oodLogitNorm,
        LearningRate = epoch.LearningRate,
        ImagesPerSecond = epoch.ImagesPerSecond,
        ElapsedSeconds = epoch.Elapsed.TotalSeconds,
    };
}
