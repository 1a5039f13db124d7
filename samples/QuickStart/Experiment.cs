using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using QuickStart.Report;
using Shared.Images;
using Shared.Plots;

namespace QuickStart;

/// <summary>One training loss: train, calibrate, measure. All of it is what an application would write with this library.</summary>
internal sealed class Experiment(MLContext ml, Settings settings, PictureSets pictures, Backbone backbone, int epochs, CancellationToken cancellation)
{
    public int BatchSize { get; } = pictures.Train.Count >= 10_000 ? 128 : Math.Clamp(pictures.Train.Count / 8, 2, 64);

    /// <summary>Trains with the loss and measures the outcome.</summary>
    /// <param name="loss">The training loss.</param>
    /// <param name="display">Shows how it goes.</param>
    public Outcome Run(TrainingLoss loss, TrainingDisplay display)
    {
        var clock = Stopwatch.StartNew();
        var train = View(pictures.Train);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.LoadImages("Image", imageFolder: "", "ImagePath"))
            .Append(ml.Transforms.ResizeImages("Image", settings.ImageSize, settings.ImageSize))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image",
                Backbone = backbone,
                Loss = loss,
                Epochs = epochs,
                BatchSize = BatchSize,
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
                Augmentation = Augmentation.CropAndFlip(settings.ImageSize / 8, settings.Flip),
                Seed = settings.Seed,
                StepCompleted = display.Step,
                EpochCompleted = display.Epoch,
                CancellationToken = cancellation,
            }))
            .Append(ml.Transforms.OodScore(OodScores.MaxSoftmax()));
        var model = pipeline.Fit(train);
        var trainSeconds = clock.Elapsed.TotalSeconds;

        display.Say("calibrating and measuring");
        var detector = ml.Transforms.OodDetector(settings.FalseAlarmRate).Fit(model.Transform(View(pictures.Calibration)));
        var app = model.Append(detector).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(detector.Transform(model.Transform(train))));
        return Measure(
            loss, app, detector.Transform(model.Transform(View(pictures.Test))), trainSeconds, images => detector.Transform(model.Transform(View(images))));
    }

    /// <summary>Images as a data view.</summary>
    public IDataView View(IEnumerable<LabeledImage> images)
        => ml.Data.LoadFromEnumerable(images.Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));

    private Outcome Measure(TrainingLoss loss, ITransformer app, IDataView test, double trainSeconds, Func<IReadOnlyList<LabeledImage>, IDataView> transform)
    {
        // Kept in memory: the test images are compared with each set, and need not be classified anew for each.
        var known = ml.Data.Cache(test, "Label", "PredictedLabel", "Score", "OodScore", "IsOutOfDistribution");
        var accuracy = ml.MulticlassClassification.Evaluate(known).MicroAccuracy;
        var decisions = known.GetColumn<bool>("IsOutOfDistribution").ToArray();
        var ood = new List<OodResult>();
        var scores = new List<ScoreSeries> { new("known", Confidence(known)) };
        foreach (var (name, images) in pictures.Ood)
        {
            cancellation.ThrowIfCancellationRequested();
            var unknown = ml.Data.Cache(transform(images), "OodScore", "IsOutOfDistribution");
            var metrics = ml.AnomalyDetection.EvaluateOod(known, unknown);
            ood.Add(new(name, images.Count, metrics.FprAt95Tpr, metrics.Auroc, metrics.AuprIn, metrics.AuprOut));
            scores.Add(new(name, Confidence(unknown)));
        }
        // Where the detector draws the line, seen from the test images: the least confident one that it accepts.
        var accepted = scores[0].Scores.Where((_, row) => !decisions[row]).DefaultIfEmpty(1).Min();
        var result = new LossResult
        {
            Loss = loss.Name,
            Tau = loss.Name == "LogitNorm" ? settings.Tau : null,
            TauWarmup = loss.Name == "LogitNorm" ? settings.TauWarmup : null,
            Accuracy = accuracy,
            FalseAlarmRate = decisions.Average(isOut => isOut ? 1.0 : 0.0),
            TrainSeconds = trainSeconds,
            Ood = ood,
        };
        return new(app, result, new ScorePanel(loss.ToString(), scores) { Threshold = accepted });
    }

    // The score is the negated largest softmax probability; people know the probability.
    private static float[] Confidence(IDataView data) => [.. data.GetColumn<float>("OodScore").Select(score => -score)];
}

/// <summary>What an experiment gives.</summary>
/// <param name="App">The whole pipeline, from image path to decision.</param>
/// <param name="Result">The figures.</param>
/// <param name="Scores">The distributions, for the picture.</param>
internal sealed record Outcome(ITransformer App, LossResult Result, ScorePanel Scores);
