using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using QuickStart.Report;
using Shared.CommandLine;
using Shared.Files;
using Shared.Images;
using Shared.Plots;

namespace QuickStart;

/// <summary>The whole run: images, two trainings, comparison, pictures, the saved model put to use.</summary>
internal sealed class MainJob(Settings settings, CancellationToken cancellation)
{
    // Enough for LogitNorm to find most strangers within the minutes that a first try may take on two cores. Cross-entropy is there to compare, and gets
    // what is left: the screen says so.
    private const int SignEpochs = 18, SignCrossEntropyEpochs = 7, SignCutout = 12;
    private const double SignTauWarmup = 0.2, DataTauWarmup = 0.5;
    private const int DataEpochs = 10;

    // How many strangers the sheet shows that look most like what the model knows.
    private const int MostFamiliar = 20;

    public void Run()
    {
        Directory.CreateDirectory(settings.Output);
        var losses = new[] { TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(settings.Tau, TauWarmup) };
        var pictures = Prepare();
        RequireCalibration(pictures);
        var backbone = settings.Backbone ?? Backbone.WideResNet(16, 1, dropout: 0);
        var augmentation = Augmentation.CropAndFlip(settings.ImageSize / 8, settings.Flip);
        if ((settings.Cutout ?? (settings.Data is null ? SignCutout : 0)) is > 0 and var cutout)
            augmentation = Augmentation.Of(augmentation, Augmentation.Cutout(cutout));

        var ml = new MLContext(settings.Seed) { GpuDeviceId = settings.GpuDeviceId, FallbackToCpu = false };
        ml.Log += (_, message) => Screen.Log(message);
        var experiment = new Experiment(ml, settings, pictures, backbone, augmentation, TauWarmup, cancellation);
        Screen.Plan(pictures, backbone, augmentation, [.. losses.Select(loss => (loss.Name, Epochs(loss)))], experiment.BatchSize, settings);

        // What an earlier run has left does not belong to the figures of this one, should it be stopped half-way.
        foreach (var name in new[] { "result.json", "model.zip", "model-cross-entropy.zip", "scores.png", "scores.svg", "verdicts.png" })
            File.Delete(Out(name));

        var outcomes = new List<Outcome>();
        foreach (var loss in losses)
        {
            Screen.Training(loss);
            outcomes.Add(TrainingDisplay.Show(loss.Name, display => experiment.Run(loss, Epochs(loss), display)));
            Result(pictures, backbone, augmentation, outcomes).Write(Out("result.json"));   // after each, so that a run that is stopped keeps what it has
        }

        cancellation.ThrowIfCancellationRequested();
        var (crossEntropy, logitNorm) = (outcomes[0], outcomes[1]);
        var app = logitNorm.App;
        Save("model.zip", app);
        Save("model-cross-entropy.zip", crossEntropy.App);   // to compare scores on both
        ScoreHistograms
            .Plot(
                "How unusual do they look? What lies left of the line passes, when 95 % of known images do",
                "more unusual than so many % of the known images",
                [crossEntropy.Measured.SoftmaxPanel, logitNorm.Measured.SoftmaxPanel, logitNorm.Measured.DefaultPanel])
            .Write(Out("scores.png"), Out("scores.svg"));
        ContactSheet.Write(Out("verdicts.png"), "What the LogitNorm model says", [.. Groups(ml, logitNorm, experiment, pictures)]);
        Screen.Comparison(crossEntropy.Result, logitNorm.Result, pictures.Test.Count, logitNorm.Detector);
        Screen.Files(Out("result.json"), Out("model.zip"), Out("model-cross-entropy.zip"), Out("scores.png"), Out("verdicts.png"));
        Reload(pictures);
        foreach (var outcome in outcomes)
            (outcome.App as IDisposable)?.Dispose();

        void Save(string name, ITransformer model)
            => AtomicFile.Write(Out(name), stream => ml.Model.Save(model, experiment.View(pictures.Train).Schema, stream));
    }

    private PictureSets Prepare()
    {
        File.Delete(Out("unreadable.txt"));   // an earlier run's
        var source = new ImageSource(Out("cache"));
        try
        {
            return settings.Data is { } data
                ? Open(data, source)
                : Screen.Painting(progress => PictureSets.Painted(settings, source, progress, cancellation));
        }
        finally
        {
            // Before an error too, which may come of what is missing.
            source.LeftOut.Write(Out("left-out.txt"));
            Screen.LeftOut(source.LeftOut, Out("left-out.txt"));
        }
    }

    private PictureSets Open(string data, ImageSource source)
    {
        var unreadable = new List<UnreadableImage>();
        var pictures = PictureSets.Open(
            new() { Data = data, Test = settings.Test, Ood = settings.Ood, ImageSize = settings.ImageSize, Limit = settings.Limit, Seed = settings.Seed },
            source,
            image =>
            {
                unreadable.Add(image);
                Screen.Unreadable(image, unreadable.Count);
            },
            cancellation);
        UnreadableImage.Write(Out("unreadable.txt"), unreadable);
        Screen.UnreadableTotal(unreadable.Count, Out("unreadable.txt"));
        return pictures;
    }

    // Told now rather than after minutes of training: with fewer, no image could ever be called unknown at that rate.
    private void RequireCalibration(PictureSets pictures)
    {
        var required = OodDetectorEstimator.RequiredRows(settings.FalseAlarmRate);
        if (pictures.Calibration.Count < required)
            throw new InputException($"--false-alarm-rate {settings.FalseAlarmRate} needs at least {required:N0} calibration images; "
                + $"{pictures.Calibration.Count:N0} could be held out. Give more images, or ask for a higher rate.");
    }

    private double TauWarmup => settings.TauWarmup ?? (settings.Data is null ? SignTauWarmup : DataTauWarmup);

    private int Epochs(TrainingLoss loss)
        => settings.Epochs ?? (settings.Data is not null ? DataEpochs : loss.Name == "CrossEntropy" ? SignCrossEntropyEpochs : SignEpochs);

    private string Out(string name) => Path.Combine(settings.Output, name);

    private ResultFile Result(PictureSets pictures, Backbone backbone, Augmentation augmentation, IReadOnlyList<Outcome> outcomes) => new()
    {
        Seed = settings.Seed,
        Backbone = backbone.ToString(),
        Epochs = outcomes[^1].Result.Epochs,
        Augmentation = augmentation.ToString(),
        Data = pictures.Source,
        Classes = pictures.Classes.Count,
        TrainRows = pictures.Train.Count,
        CalibrationRows = pictures.Calibration.Count,
        TestRows = pictures.Test.Count,
        AskedFalseAlarmRate = settings.FalseAlarmRate,
        Runs = [.. outcomes.Select(outcome => outcome.Result)],
    };

    private static IEnumerable<SheetGroup> Groups(MLContext ml, Outcome outcome, Experiment experiment, PictureSets pictures)
    {
        yield return Group("Known classes", ImageFiles.Spread(pictures.Test, 20), isKnown: true);
        foreach (var (name, images) in pictures.Ood)
            yield return Group($"Never seen: {name}", ImageFiles.Spread(images, 20), isKnown: false);
        var familiar = outcome.Measured.Strangers.OrderBy(stranger => stranger.Score).Take(MostFamiliar).ToList();
        var sets = familiar.GroupBy(stranger => stranger.Set).OrderByDescending(group => group.Count()).Select(group => $"{group.Key} {group.Count()}");
        yield return Group(
            $"Its limit, the {familiar.Count} of {outcome.Measured.Strangers.Count:N0} never seen that look most familiar to it ({string.Join(", ", sets)})",
            [.. familiar.Select(stranger => stranger.Image)],
            isKnown: false);

        SheetGroup Group(string title, IReadOnlyList<LabeledImage> some, bool isKnown)
        {
            var verdicts = ml.Data.CreateEnumerable<Verdict>(outcome.App.Transform(experiment.View(some)), reuseRowObject: false);
            return new(title, [.. some.Zip(verdicts, (image, verdict) =>
                new SheetTile(image.Path, verdict.PredictedLabel, verdict.Score.Max(), verdict.IsOutOfDistribution, isKnown ? image.Label : null))]);
        }
    }

    // As another application would, weeks later: nothing but the file.
    private void Reload(PictureSets pictures)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Out("model.zip"), out _);
        using var engine = ml.Model.CreatePredictionEngine<ImageRow, Verdict>(model);
        var some = ImageFiles.Spread(pictures.Test, 3).Select(image => (Kind: image.Label, image))
            .Concat(pictures.Ood.Select(set => (Kind: $"none of them ({set.Name})", set.Images[set.Images.Count / 2])));
        Screen.Predictions(some.Select(pair => (pair.Kind, engine.Predict(new ImageRow { ImagePath = pair.Item2.Path }))));
    }
}
