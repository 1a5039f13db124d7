using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using PaperBenchmark.Datasets;
using Shared.Files;

namespace PaperBenchmark.Runs;

/// <summary>Trains the network of a run, once: a finished run is left alone, one that was stopped goes on after its last whole epoch.</summary>
internal sealed class RunTrainer(MLContext ml, BenchmarkImages images, int? gpuDeviceId, IRunWatcher watcher, CancellationToken cancellation)
{
    /// <summary>Makes sure that the run is trained.</summary>
    /// <returns>False if another process is at it, or if training diverged.</returns>
    public bool Train(RunOptions run, RunFolder folder)
    {
        if (folder.IsTrained)
            return true;
        if (folder.ReadDiverged() is { } diverged)
        {
            watcher.Diverged(run, diverged.Message);
            return false;
        }
        using var turn = folder.TryLock();
        if (turn is null)
        {
            watcher.Busy(run);
            return false;
        }
        return folder.IsTrained || TrainAlone(run, folder);   // perhaps the other process has finished it meanwhile
    }

    private bool TrainAlone(RunOptions run, RunFolder folder)
    {
        if (folder.ReadDescription() is null)
            folder.WriteDescription(new(run.Description, Machine.This(gpuDeviceId), DateTime.UtcNow));
        watcher.Training(run, folder, EpochLog.Read(folder.Epochs).Count);
        var training = ImageView.Create(ml, images.Train, images.Train.Classes, cancellation);
        try
        {
            using var model = ml.MulticlassClassification.Trainers.LogitNorm(Options(run, folder)).Fit(training);
            WriteModel(model, training.Schema, folder.Model);
            folder.WriteTrained(Summary(run, model, EpochLog.Read(folder.Epochs)));
            File.Delete(folder.Checkpoint);
            return true;
        }
        catch (TrainingDivergedException e)
        {
            folder.WriteDiverged(new(e.Message));
            watcher.Diverged(run, e.Message);
            return false;
        }
    }

    private LogitNormTrainer.Options Options(RunOptions run, RunFolder folder) => new()
    {
        FeatureColumnName = ImageView.ImageColumn,
        Backbone = run.Backbone,
        Head = run.Head,
        Loss = run.Loss,
        Epochs = run.Epochs,
        BatchSize = run.BatchSize,
        LearningRate = run.LearningRate,
        LearningRateSchedule = run.Schedule,
        Momentum = run.Momentum,
        WeightDecay = run.WeightDecay,
        Augmentation = run.Augmentation,
        SyntheticOutliers = run.SyntheticOutliers,
        OutlierSet = run.OutlierSet is null ? null : ImageView.Create(ml, images.Outliers!, images.Train.Classes, cancellation),
        Seed = run.Seed,
        CheckpointFile = folder.Checkpoint,
        EpochCompleted = epoch =>
        {
            var line = Measure(epoch);
            EpochLog.Add(folder.Epochs, line);
            watcher.Epoch(run, line);
        },
        CancellationToken = cancellation,
    };

    private EpochLine Measure(TrainingEpoch epoch)
    {
        var test = Logits(epoch.Model, images.WatchedTest);
        var ood = images.WatchedOod.SelectMany(set => Logits(epoch.Model, set));
        return EpochLine.From(
            epoch,
            SetScores.Accuracy(images.WatchedTest.Labels, test),
            test.Average(Norm),
            ood.Select(Norm).DefaultIfEmpty(double.NaN).Average());
    }

    private float[][] Logits(LogitNormModel model, ImageTable set)
        => [.. model.Transform(ImageView.Create(ml, set, images.Train.Classes, cancellation)).GetColumn<float[]>("Logits")];

    private static double Norm(float[] logits) => Math.Sqrt(logits.Sum(logit => (double)logit * logit));

    private TrainedRun Summary(RunOptions run, LogitNormModel model, IReadOnlyList<EpochLine> epochs)
    {
        double perEpoch = images.Train.Count / run.BatchSize * run.BatchSize;   // rows that fill no batch are left out
        var seconds = epochs.Sum(epoch => perEpoch / epoch.ImagesPerSecond);
        return new(images.Train.Count, model.ParameterCount, seconds, epochs.Count * perEpoch / seconds, DateTime.UtcNow);
    }

    private void WriteModel(LogitNormModel model, DataViewSchema schema, string path)
        => AtomicFile.Write(path, stream => ml.Model.Save(model, schema, stream));
}
