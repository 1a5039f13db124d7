using Microsoft.ML.Transforms;
using QuickStart;
using Shared.Images;

namespace LogitNormTool.Training;

/// <summary>A small network, all of which is trained with the LogitNorm loss on the images themselves.</summary>
internal sealed class ScratchTraining(MLContext ml, TrainSettings settings, CancellationToken cancellation) : PhotoTraining
{
    private const int DefaultEpochs = 30, FewImages = 10_000, RowsPerBatch = 128, FewRowsPerBatch = 32;
    private const double TauWarmup = 0.5;

    public override string Description => $"all of {Backbone}, on images of {settings.ImageSize}×{settings.ImageSize} pixels";

    public override Backbone Backbone { get; } = settings.Backbone ?? Backbone.WideResNet(16, 1, dropout: 0);

    public override TrainingLoss Loss { get; } = TrainingLoss.LogitNorm(warmup: TauWarmup);

    public override int Epochs => settings.Epochs ?? DefaultEpochs;

    public override Augmentation Augmentation { get; } = Augmentation.CropAndFlip(settings.ImageSize / 8, settings.Flip);

    public override ITransformer? FromPath => null;

    public override IDataView Rows(IReadOnlyList<LabeledImage> images)
        => ml.Data.LoadFromEnumerable(images.Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));

    public override IEstimator<ITransformer> Network(IReadOnlyList<LabeledImage> images, TrainingDisplay display)
        => ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.ReadImages("Image", settings.ImageSize, settings.ImageSize, "ImagePath", onError: ImageErrorMode.Mark))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image",
                Backbone = Backbone,
                Loss = Loss,
                Epochs = Epochs,
                BatchSize = images.Count >= FewImages ? RowsPerBatch : Math.Clamp(images.Count / 8, 2, FewRowsPerBatch),
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
                Augmentation = Augmentation,
                Seed = settings.Seed,
                StepCompleted = display.Step,
                EpochCompleted = display.Epoch,
                CancellationToken = cancellation,
            }));
}
