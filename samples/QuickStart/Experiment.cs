using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using QuickStart.Report;
using Shared.Images;
using Shared.Plots;

namespace QuickStart;

/// <summary>One training loss: train, calibrate, measure. All of it is what an application would write with this library.</summary>
internal sealed class Experiment(
    MLContext ml,
    Settings settings,
    PictureSets pictures,
    Backbone backbone,
    Augmentation augmentation,
    double tauWarmup,
    CancellationToken cancellation)
{
    private const string SoftmaxColumn = "SoftmaxScore";
    private const double Confidence = 0.9;

    public int BatchSize { get; } = pictures.Train.Count >= 10_000 ? 128 : Math.Clamp(pictures.Train.Count / 8, 2, 32);

    /// <summary>Trains with the loss and measures the outcome.</summary>
    /// <param name="loss">The training loss.</param>
    /// <param name="epochs">Passes over the training images.</param>
    /// <param name="display">Shows how it goes.</param>
    public Outcome Run(TrainingLoss loss, int epochs, TrainingDisplay display)
    {
        var clock = Stopwatch.StartNew();
        var train = View(pictures.Train);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.ReadImages("Image", settings.ImageSize, settings.ImageSize, "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image",
                Backbone = backbone,
                Loss = loss,
                Epochs = epochs,
                BatchSize = BatchSize,
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
                Augmentation = augmentation,
                Seed = settings.Seed,
                StepCompleted = display.Step,
                EpochCompleted = display.Epoch,
                CancellationToken = cancellation,
            }))
            .Append(ml.Transforms.OodScore());
        var model = pipeline.Fit(train);
        var trainSeconds = clock.Elapsed.TotalSeconds;

        display.Say("calibrating and measuring");
        // The stronger promise, about this very calibration, where there are images enough for it.
        var enough = pictures.Calibration.Count >= OodDetectorEstimator.RequiredRows(settings.FalseAlarmRate, Confidence);
        var detector = ml.Transforms.OodDetector(settings.FalseAlarmRate, confidence: enough ? Confidence : null)
            .Fit(model.Transform(View(pictures.Calibration)));
        var app = model.Append(detector).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(detector.Transform(model.Transform(train))));
        // Beside the default score the paper's, to be measured on the same images; the saved model has no need of it.
        var softmax = ml.Transforms.OodScore(OodScores.MaxSoftmax(), SoftmaxColumn).Fit(model.Transform(train));
        return Measure(loss, epochs, app, detector.Report, images => softmax.Transform(detector.Transform(model.Transform(View(images)))), trainSeconds);
    }

    /// <summary>Images as a data view.</summary>
    public IDataView View(IEnumerable<LabeledImage> images)
        => ml.Data.LoadFromEnumerable(images.Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));

    private Outcome Measure(
        TrainingLoss loss, int epochs, ITransformer app, OodDetectorReport report, Func<IReadOnlyList<LabeledImage>, IDataView> transform, double trainSeconds)
    {
        // Kept in memory: the test images are compared with each set, and need not be classified anew for each.
        var known = ml.Data.Cache(transform(pictures.Test), "Label", "PredictedLabel", "Score", "OodScore", SoftmaxColumn, "IsOutOfDistribution");
        var accuracy = ml.MulticlassClassification.Evaluate(known).MicroAccuracy;
        var decisions = known.GetColumn<bool>("IsOutOfDistribution").ToArray();
        List<OodResult> ood = [], softmax = [];
        List<ScoreSeries> scores = [new("known", Scores(known, "OodScore"))], softmaxScores = [new("known", Scores(known, SoftmaxColumn))];
        var strangers = new List<Stranger>();
        foreach (var (name, images) in pictures.Ood)
        {
            cancellation.ThrowIfCancellationRequested();
            var unknown = ml.Data.Cache(transform(images), "OodScore", SoftmaxColumn, "IsOutOfDistribution");
            ood.Add(Result(name, images.Count, ml.AnomalyDetection.EvaluateOod(known, unknown)));
            softmax.Add(Result(name, images.Count, ml.AnomalyDetection.EvaluateOod(known, unknown, SoftmaxColumn)));
            scores.Add(new(name, Scores(unknown, "OodScore")));
            softmaxScores.Add(new(name, Scores(unknown, SoftmaxColumn)));
            strangers.AddRange(images.Zip(scores[^1].Scores, (image, score) => new Stranger(name, image, score)));
        }
        var result = new LossResult
        {
            Loss = loss.Name,
            Epochs = epochs,
            Tau = loss.Name == "LogitNorm" ? settings.Tau : null,
            TauWarmup = loss.Name == "LogitNorm" ? tauWarmup : null,
            Accuracy = accuracy,
            FalseAlarmRate = decisions.Average(isOut => isOut ? 1.0 : 0.0),
            TrainSeconds = trainSeconds,
            Score = OodScores.Default().ToString(),
            Ood = ood,
            Softmax = softmax,
        };
        return new(app, result, report, Panel($"{loss.Name}, softmax score", softmaxScores), Panel($"{loss.Name}, default score", scores), strangers);
    }

    private static OodResult Result(string name, int rows, OodDetectionMetrics metrics)
        => new(name, rows, metrics.FprAt95Tpr, metrics.Auroc, metrics.AuprIn, metrics.AuprOut);

    // Scores have different scales, and long tails. What people can read off is where a set lies among the known images: at 95 % of them the line is drawn.
    private static ScorePanel Panel(string title, IReadOnlyList<ScoreSeries> series)
    {
        float[] known = [.. series[0].Scores.Order()];
        return new(title, [.. series.Select(set => set with { Scores = [.. set.Scores.Select(score => 100f * Below(known, score) / known.Length)] })])
        {
            Threshold = 95,
        };
    }

    private static int Below(float[] ascending, float score)
    {
        var at = Array.BinarySearch(ascending, score);
        if (at < 0)
            return ~at;
        while (at > 0 && ascending[at - 1] == score)
            at--;
        return at;
    }

    private static float[] Scores(IDataView data, string column) => [.. data.GetColumn<float>(column)];
}

/// <summary>What an experiment gives.</summary>
/// <param name="App">The whole pipeline, from image path to decision.</param>
/// <param name="Result">The figures.</param>
/// <param name="Detector">What the detector promises.</param>
/// <param name="Softmax">How the softmax score is distributed, for the picture.</param>
/// <param name="Default">How the default score is.</param>
/// <param name="Strangers">All images of unknown classes.</param>
internal sealed record Outcome(
    ITransformer App, LossResult Result, OodDetectorReport Detector, ScorePanel Softmax, ScorePanel Default, IReadOnlyList<Stranger> Strangers);

/// <summary>An image of none of the classes, and how unusual it looks.</summary>
internal sealed record Stranger(string Set, LabeledImage Image, float Score);
