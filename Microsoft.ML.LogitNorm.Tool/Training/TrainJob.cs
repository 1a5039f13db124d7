using System.Diagnostics;
using LogitNormTool.Features;
using Microsoft.ML.Data;
using QuickStart;
using QuickStart.Report;
using Shared.CommandLine;
using Shared.Files;
using Shared.Images;
using Shared.Painting;

namespace LogitNormTool.Training;

/// <summary><c>logitnorm train</c>: from a folder of photos to a model that predicts, scores and decides.</summary>
internal sealed class TrainJob(TrainSettings settings, CancellationToken cancellation)
{
    private const double Confidence = 0.9;

    // Of the images that no network is trained on, so many rank the score; the others calibrate the detector, whose guarantee is about rows without a part in
    // the score.
    private const double RankingShare = 0.4;
    private const int FewestRanking = 10;   // what Fuse asks for

    // Each costs as much as a photo, and they are all alike.
    private const int GeneratedImages = 200;

    private const int ShownImageSize = 96, NamedImages = 3;

    private readonly MLContext _ml = new(settings.Seed) { GpuDeviceId = settings.GpuDeviceId, FallbackToCpu = false };

    private readonly ImageContents _contents = new();

    public void Run()
    {
        var clock = Stopwatch.StartNew();
        _ml.Log += (_, message) => Screen.Log(message);
        Directory.CreateDirectory(settings.Output);
        var pictures = Apart(Open());
        var choice = FeatureChoice.Of(settings.Features, pictures.Train.Count);
        var (ranking, calibration) = HeldOut(pictures);
        using PhotoTraining training = choice.Kind == FeatureKind.Pretrained
            ? new HeadTraining(_ml, _contents, settings.Output, settings.Seed, settings.Epochs, cancellation)
            : new ScratchTraining(_ml, settings, cancellation);
        if (choice.Kind == FeatureKind.Pretrained)
            pictures = pictures with
            {
                Ood = [.. pictures.Ood.Select(set => (set.Name, NoiseImages.Names.Contains(set.Name) ? Some(set.Images) : set.Images))],
            };
        Screen.Plan(pictures, ranking.Count, calibration.Count, choice, training, settings);
        // Figures of an earlier run are not those of this one, should it be stopped half-way; its model stays until there is another.
        File.Delete(Out("result.json"));

        Screen.Preparing(done => training.Prepare(
            [.. pictures.Train, .. pictures.Calibration, .. pictures.Test, .. pictures.Ood.SelectMany(set => set.Images)], done));
        var prepared = clock.Elapsed;
        var (app, result, report) = TrainingDisplay.Show("training", display => Train(training, pictures, ranking, calibration, display));
        using (app as IDisposable)
        {
            AtomicFile.Write(Out("model.zip"), stream => _ml.Model.Save(app, _ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()).Schema, stream));
            Result(pictures, calibration, training, result).Write(Out("result.json"));
            Screen.Trained(result, pictures.Test.Count, report, prepared, clock.Elapsed);
            Screen.Written(Out("model.zip"), Out("result.json"));
            Screen.Next(Out("model.zip"));
        }
    }

    // Copies of training images would make everything look better than it is.
    private PictureSets Apart(PictureSets pictures)
    {
        _contents.OfAll([.. pictures.Train, .. pictures.Calibration, .. pictures.Test], cancellation);
        var apart = pictures with
        {
            Calibration = _contents.Without(pictures.Calibration, pictures.Train),
            Test = _contents.Without(pictures.Test, [.. pictures.Train, .. pictures.Calibration]),
        };
        var copies = pictures.Calibration.Count - apart.Calibration.Count + pictures.Test.Count - apart.Test.Count;
        if (copies > 0)
            Screen.Warn($"{copies:N0} of the images to calibrate and to test on are copies of others, file by file, and are left out.");
        return apart.Test.Count > 0
            ? apart
            : throw new InputException($"PHOTOS {settings.Photos}: every test image is a copy of a training image. Give others: --test PATH.");
    }

    private static IReadOnlyList<LabeledImage> Some(IReadOnlyList<LabeledImage> generated) => ImageFiles.Spread(generated, GeneratedImages);

    private PictureSets Open()
    {
        var source = new ImageSource(Out("cache"));
        File.Delete(Out("unreadable.txt"));   // an earlier run's
        try
        {
            var unreadable = new List<UnreadableImage>();
            var pictures = Screen.Opening(() => PictureSets.Open(
                new()
                {
                    Data = settings.Photos, Option = "PHOTOS", Test = settings.Test, Ood = settings.Ood, ImageSize = settings.ImageSize, Limit = settings.Limit,
                    Seed = settings.Seed,
                },
                source, unreadable.Add, cancellation));
            UnreadableImage.Write(Out("unreadable.txt"), unreadable);
            Screen.Unreadable(unreadable, Out("unreadable.txt"));
            return pictures;
        }
        finally
        {
            // Before an error too, which may come of what is missing.
            source.LeftOut.Write(Out("left-out.txt"));
            QuickStart.Screen.LeftOut(source.LeftOut, Out("left-out.txt"));
        }
    }

    private (ITransformer App, LossResult Result, OodDetectorReport Report) Train(
        PhotoTraining training, PictureSets pictures, IReadOnlyList<LabeledImage> ranking, IReadOnlyList<LabeledImage> calibration, TrainingDisplay display)
    {
        var clock = Stopwatch.StartNew();
        var network = training.Network(pictures.Train, display).Fit(training.Rows(pictures.Train));
        var seconds = clock.Elapsed.TotalSeconds;
        display.Say("calibrating and measuring");
        var scored = _ml.Transforms.OodScore(training.Score).Fit(Of(pictures.Train), Of(ranking));
        var enough = calibration.Count >= OodDetectorEstimator.RequiredRows(settings.FalseAlarmRate, Confidence);
        var detector = _ml.Transforms.OodDetector(settings.FalseAlarmRate, confidence: enough ? Confidence : null).Fit(scored.Transform(Of(calibration)));
        var softmax = _ml.Transforms.OodScore(OodScores.MaxSoftmax(), Measurement.SoftmaxColumn).Fit(Of(pictures.Train));
        var measured = new Measurement(_ml, pictures, cancellation).Of(
            training.Loss.Name, images => softmax.Transform(detector.Transform(scored.Transform(Of(images)))));
        var readable = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(detector.Transform(scored.Transform(Of(pictures.Train))));
        ITransformer[] parts = [.. Optional(training.FromPath), network, scored, .. Optional(Nearest(training, network, pictures.Train)), detector, readable];
        var result = measured.ToResult(training.Loss.Name, training.Epochs, seconds) with { Score = training.Score.ToString() };
        return (new TransformerChain<ITransformer>(parts), result, detector.Report);

        IDataView Of(IReadOnlyList<LabeledImage> images) => network.Transform(training.Rows(images));

        static ITransformer[] Optional(ITransformer? part) => part is null ? [] : [part];
    }

    // Not before they are chosen: each is read again, and a photo takes its time.
    private NearestImagesTransformer? Nearest(PhotoTraining training, ITransformer network, IReadOnlyList<LabeledImage> train)
    {
        if (settings.KeepImages == 0)
            return null;
        const string Shown = "ShownImage";
        var rows = network.Transform(training.Rows(ToKeep(train)));
        // A photo that has gone by now is no reason to lose the training.
        var images = _ml.Transforms.ReadImages(Shown, ShownImageSize, ShownImageSize, "ImagePath", onError: ImageErrorMode.Mark).Fit(rows).Transform(rows);
        return _ml.Transforms
            .NearestImages(Math.Min(NamedImages, settings.KeepImages), mostImages: int.MaxValue, ShownImageSize, imageColumnName: Shown)
            .Fit(images);
    }

    // The same number of each class; where some have fewer, fewer.
    private List<LabeledImage> ToKeep(IReadOnlyList<LabeledImage> train)
    {
        var classes = train.GroupBy(image => image.Label).ToList();
        var each = (int)Math.Ceiling(settings.KeepImages / (double)classes.Count);
        return [.. classes.SelectMany(images => ImageFiles.Spread([.. images], each))];
    }

    private ResultFile Result(PictureSets pictures, IReadOnlyList<LabeledImage> calibration, PhotoTraining training, LossResult result) => new()
    {
        Seed = settings.Seed,
        Backbone = training.Description,
        Epochs = training.Epochs,
        Augmentation = training.Augmentation?.ToString(),
        Data = pictures.Source,
        Classes = pictures.Classes.Count,
        TrainRows = pictures.Train.Count,
        CalibrationRows = calibration.Count,
        TestRows = pictures.Test.Count,
        AskedFalseAlarmRate = settings.FalseAlarmRate,
        Runs = [result],
    };

    private (IReadOnlyList<LabeledImage> Ranking, IReadOnlyList<LabeledImage> Calibration) HeldOut(PictureSets pictures)
    {
        var all = pictures.Calibration;
        var required = OodDetectorEstimator.RequiredRows(settings.FalseAlarmRate);
        if (all.Count < Math.Max(required, FewestRanking))
            throw TooFew(pictures, required);
        if (all.Count < required + FewestRanking)
        {
            Screen.Warn(
                $"{all.Count:N0} images are held out, fewer than {required + FewestRanking:N0}: the same ones rank the score and calibrate the decision, "
                + "so its promise holds nearly, not exactly. More images mend that.");
            return (all, all);
        }
        var count = Math.Clamp((int)((1 - RankingShare) * all.Count), required, all.Count - FewestRanking);
        return ImageSplit.TakeAny(all, count, settings.Seed, "detector");
    }

    // Told before the features are computed: with fewer, no image could ever be called unknown at that rate.
    private InputException TooFew(PictureSets pictures, int required)
    {
        var (heldOut, learned) = (pictures.Calibration.Count, pictures.Train.Count);
        var needed = Math.Max(required, FewestRanking);
        var images = (int)Math.Ceiling(needed / PictureSets.LargestCalibrationShare);
        var rate = heldOut >= FewestRanking ? $", or --false-alarm-rate {Math.Ceiling(100.0 / (heldOut + 1)) / 100}" : "";
        return new($"PHOTOS {settings.Photos}: of {learned + heldOut:N0} images that are not tested on {heldOut:N0} could be held out, and "
            + $"{needed:N0} are needed to {(required > FewestRanking ? $"decide at --false-alarm-rate {settings.FalseAlarmRate}" : "rank by")}. "
            + $"Give {images:N0} beside those to test on{rate}.");
    }

    private string Out(string name) => Path.Combine(settings.Output, name);
}
