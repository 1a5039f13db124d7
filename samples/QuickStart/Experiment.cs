using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using QuickStart.Report;
using Shared.Images;

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
        var readable = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(detector.Transform(model.Transform(train)));
        // Some of the painted signs, for an app to show beside its verdicts; whose images the user's are, they do not go into the model file unasked.
        ITransformer[] shown = settings.Data is null ? [ml.Transforms.NearestImages().Fit(model.Transform(train))] : [];
        var app = new TransformerChain<ITransformer>([model, .. shown, detector, readable]);
        // Beside the default score the paper's, to be measured on the same images; the saved model has no need of it.
        var softmax = ml.Transforms.OodScore(OodScores.MaxSoftmax(), Measurement.SoftmaxColumn).Fit(model.Transform(train));
        var measured = new Measurement(ml, pictures, cancellation).Of(
            loss.Name, images => softmax.Transform(detector.Transform(model.Transform(View(images)))));
        var result = measured.ToResult(loss.Name, epochs, trainSeconds) with
        {
            Tau = loss.Name == "LogitNorm" ? settings.Tau : null,
            TauWarmup = loss.Name == "LogitNorm" ? tauWarmup : null,
        };
        return new(app, result, detector.Report, measured);
    }

    /// <summary>Images as a data view.</summary>
    public IDataView View(IEnumerable<LabeledImage> images)
        => ml.Data.LoadFromEnumerable(images.Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));
}

/// <summary>What an experiment gives.</summary>
/// <param name="App">The whole pipeline, from image path to decision.</param>
/// <param name="Result">The figures.</param>
/// <param name="Detector">What the detector promises.</param>
/// <param name="Measured">The same for pictures.</param>
internal sealed record Outcome(ITransformer App, LossResult Result, OodDetectorReport Detector, Measured Measured);
