using Microsoft.ML;
using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Runs;

/// <summary>How long trainings will take on this machine, from a few measured steps.</summary>
internal static class TrainingPace
{
    private const int MeasuredSteps = 4;

    /// <summary>Training images per second, by a few steps after as many to warm up.</summary>
    /// <param name="ml">The context, which decides the device.</param>
    /// <param name="images">The images to train on.</param>
    /// <param name="run">The run to measure.</param>
    /// <param name="cancellation">Stops it.</param>
    public static double Measure(MLContext ml, BenchmarkImages images, RunOptions run, CancellationToken cancellation)
    {
        // Spread over the set, so that every class is there.
        var count = Math.Min(images.Train.Count, MeasuredSteps * run.BatchSize);
        var some = images.Train.Take([.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Train.Count / count))]);
        var pace = 0.0;
        using var model = ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
        {
            FeatureColumnName = ImageView.ImageColumn,
            Backbone = run.Backbone,
            Head = run.Head,
            Loss = run.Loss,
            Epochs = 2,
            BatchSize = run.BatchSize,
            LearningRate = 1e-4,   // the time of a step does not depend on it, and a few steps do not diverge
            Augmentation = run.Augmentation,
            SyntheticOutliers = run.SyntheticOutliers,
            OutlierSet = run.OutlierSet is null ? null : ImageView.Create(ml, images.Outliers!, images.Train.Classes, cancellation),
            Seed = run.Seed,
            EpochCompleted = epoch => pace = epoch.ImagesPerSecond,
            CancellationToken = cancellation,
        }).Fit(ImageView.Create(ml, some, some.Classes, cancellation));
        return pace;
    }
}
