using LogitNormTool.Features;
using Microsoft.ML.Transforms;
using QuickStart;
using Shared.Images;

namespace LogitNormTool.Training;

/// <summary>A linear head on the features of a pretrained network, each image's scaled to length 1.</summary>
/// <remarks>
/// Head, loss, scaling and score were chosen on flowers, one kind of five left out in turn, ImageNet's pictures, uniform noise and blobs (docs/photos.md). The
/// LogitNorm loss has its effect on representations that it trains; here it would cost accuracy.
/// </remarks>
/// <param name="ml">Where it runs.</param>
/// <param name="contents">The hashes of the images' files.</param>
/// <param name="output">The folder in which features are kept.</param>
/// <param name="seed">Decides everything random.</param>
/// <param name="epochs">Passes over the training images; null for the default.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class HeadTraining(MLContext ml, ImageContents contents, string output, int seed, int? epochs, CancellationToken cancellation)
    : PhotoTraining
{
    private const int DefaultEpochs = 30, MostRowsPerBatch = 32;
    private const double LearningRate = 0.01;

    private readonly PretrainedNetwork _network = new(ml, contents, Path.Combine(output, "cache", "features.bin"), Screen.Warn);
    private IReadOnlyDictionary<LabeledImage, FeatureRow> _features = new Dictionary<LabeledImage, FeatureRow>();

    public override string Description => "a linear head on 512 features of a ResNet-18 that was trained on ImageNet and stays as it is";

    public override Backbone Backbone { get; } = Backbone.Dense();

    public override TrainingLoss Loss { get; } = TrainingLoss.CrossEntropy();

    // In the embedding, which are the features here: chosen with the rest, by the lowest mean FPR95.
    public override OodScore Score { get; } = OodScores.Fuse(
        OodScores.Mahalanobis(shrinkage: null, normalize: true), OodScores.RelativeLayerGaussian(), OodScores.NearestNeighbours(10));

    public override int Epochs => epochs ?? DefaultEpochs;

    public override Augmentation? Augmentation => null;

    public override ITransformer FromPath => _network.FromPath;

    public override void Prepare(IReadOnlyList<LabeledImage> images, Action<int, int> done)
    {
        var rows = _network.Features(images, done, cancellation);
        _features = images.Zip(rows).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    public override IDataView Rows(IReadOnlyList<LabeledImage> images) => ml.Data.LoadFromEnumerable(images.Select(image => _features[image]));

    public override IEstimator<ITransformer> Network(IReadOnlyList<LabeledImage> images, TrainingDisplay display)
        => ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.NormalizeLpNorm(PretrainedNetwork.Column))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = PretrainedNetwork.Column,
                Normalization = Normalization(images),
                Backbone = Backbone,
                Loss = Loss,
                Epochs = Epochs,
                BatchSize = Math.Clamp(images.Count / 8, 2, MostRowsPerBatch),
                LearningRate = LearningRate,
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
                Seed = seed,
                StepCompleted = display.Step,
                CancellationToken = cancellation,
            }));

    public override void Dispose() => _network.Dispose();

    // What the trainer would measure; but features that no training image has, of which a few photos leave some, stay as they are: others may have them.
    private InputNormalization Normalization(IReadOnlyList<LabeledImage> images)
    {
        float[][] unit = [.. images.Select(image => Unit(_features[image].Features))];
        var means = Enumerable.Range(0, PretrainedNetwork.FeatureCount).Select(feature => unit.Average(row => row[feature])).ToArray();
        var deviations = means.Select((mean, feature) => Math.Sqrt(unit.Average(row => Math.Pow(row[feature] - mean, 2)))).ToArray();
        var usual = deviations.Where(deviation => deviation > 0).DefaultIfEmpty(1).Average();
        return new(means, [.. deviations.Select(deviation => (float)(deviation > 0 ? deviation : usual))]);

        static float[] Unit(float[] features)
        {
            var norm = MathF.Sqrt(features.Sum(value => value * value));
            return norm > 0 ? [.. features.Select(value => value / norm)] : features;
        }
    }
}
