using System.Diagnostics;
using System.Globalization;
using QuickStart.Pictures;
using Shared.Files;
using Shared.Images;

namespace WebApp.Engines;

/// <summary>A small model to begin with: QuickStart's painted road signs, fewer of them, and a shorter training.</summary>
internal sealed class StarterModel(ILogger<StarterModel> log)
{
    private const int Side = 32, Epochs = 12, BatchSize = 32, Seed = 1;
    private const double FalseAlarmRate = 0.05, Confidence = 0.9, TauWarmup = 0.5;

    private static readonly SignPictureCounts _counts = new() { Train = 300, Calibration = 60, Test = 1, Near = 1, Textures = 1, Noise = 1 };

    /// <summary>Makes it, and writes it to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="say">Is told how far it is.</param>
    /// <param name="cancellation">Stops it.</param>
    public void Make(string path, Action<string> say, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Say("There is no model yet, so a small one is being made of painted road signs, which takes a minute or two. To serve your own: --model PATH.");
        var signs = SignPictures.Write(Path.Combine(Path.GetDirectoryName(path)!, "pictures"), _counts, Seed, cancellation: cancellation);
        Train(signs, path, cancellation);
        Say(string.Create(CultureInfo.InvariantCulture, $"The small model is made, in {clock.Elapsed.TotalSeconds:F0} s: {path}"));

        void Say(string message)
        {
            say(message);
            log.Making(message);
        }
    }

    private void Train(SignPictureSet signs, string path, CancellationToken cancellation)
    {
        var ml = new MLContext(Seed);
        var train = Rows(ml, signs.Train);
        using var network = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ReadImages("Image", Side, Side, "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image",
                Backbone = Backbone.WideResNet(16, 1, dropout: 0),
                Loss = TrainingLoss.LogitNorm(warmup: TauWarmup),
                Epochs = Epochs,
                BatchSize = BatchSize,
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
                Augmentation = Augmentation.CropAndFlip(Side / 8),
                Seed = Seed,
                CancellationToken = cancellation,
                EpochCompleted = epoch => log.Making($"Epoch {epoch.Epoch} of {epoch.Epochs}, accuracy {epoch.Accuracy:P0}."),
            }))
            .Append(ml.Transforms.OodScore())
            .Append(ml.Transforms.NearestImages())
            .Fit(train);
        var calibration = network.Transform(Rows(ml, signs.Calibration));
        var app = network
            .Append(ml.Transforms.TemperatureScaling().Fit(calibration))
            .Append(ml.Transforms.OodDetector(FalseAlarmRate, confidence: Confidence).Fit(calibration));
        AtomicFile.Write(path, stream => ml.Model.Save(app, train.Schema, stream));
    }

    private static IDataView Rows(MLContext ml, string folder)
        => ml.Data.LoadFromEnumerable(ClassFolders.Load("pictures", folder).Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));
}
