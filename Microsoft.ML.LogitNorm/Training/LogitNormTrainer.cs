using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Trains an image classifier whose confidence separates what it knows from what it does not.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this trainer, use `MulticlassClassification.Trainers.LogitNorm`.
///
/// ### Input and Output Columns
/// The label column must be a [key](xref:Microsoft.ML.Data.KeyDataViewType), the feature column an image (`MLImage`) of known size, or a vector of
/// <xref:System.Single> or <xref:System.Byte> with known shape.
///
/// | Output Column Name | Column Type | Description |
/// | -- | -- | -- |
/// | `PredictedLabel` | key, as the label | The arg max of the logits. |
/// | `Score` | Vector of <xref:System.Single> [classes] | The softmax of the logits; slot names are the classes. |
/// | `Logits` | Vector of <xref:System.Single> [classes] | The network's raw outputs f(x). Never normalised: LogitNorm acts while training only. |
/// | `Embedding` | Vector of <xref:System.Single> [embedding size] | The features before the last layer. |
///
/// ### Trainer Characteristics
/// |  |  |
/// | -- | -- |
/// | Machine learning task | Multiclass classification of images |
/// | Is normalization required? | No: pixels are normalised by the model |
/// | Is caching required? | No: images are decoded once and kept, or streamed where memory does not hold them (`Options.ImageCache`) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm, and libtorch-cpu-* or TorchSharp-cuda-* |
/// | Exportable to ONNX | No |
///
/// ### Training Algorithm Details
/// Stochastic gradient descent on a convolutional network. With softmax cross-entropy the norm of the logit vector f keeps growing through training, and the
/// network becomes confident of anything. The LogitNorm loss is the cross-entropy of f / (τ‖f‖₂), so only the direction of f is trained
/// (Wei et al., "Mitigating Neural Network Overconfidence with Logit Normalization", ICML 2022, arXiv 2205.09310, equation 4).
/// ]]>
/// </format>
/// </remarks>
public sealed partial class LogitNormTrainer : IEstimator<LogitNormModel>
{
    private const int BytesInPool = 256 << 20;
    private const string FillLabels = "Give rows whose label is not empty and among the classes: are they in the column that MapValueToKey reads?";

    private readonly IHostEnvironment _env;
    private readonly Options _options;

    internal LogitNormTrainer(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckLossFitsHead(options);
        TorchRuntime.EnsureAvailable(env);
        (_env, _options) = (env, options);
    }

    /// <summary>The columns after training, from those before it.</summary>
    /// <param name="inputSchema">The columns of the training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or feature column is missing or has another type; the message says what to put before the trainer.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Check(inputSchema, _options.FeatureColumnName, _options.ImageShape);
        return ModelColumns.Promise(inputSchema, LabelColumn.Check(inputSchema, _options.LabelColumnName), _options.Head);
    }

    /// <summary>Decodes the images, trains the network and returns the model, which owns the network's memory: dispose of it.</summary>
    /// <param name="input">The training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or feature column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The rows cannot be trained on: none, none with a label, a class without rows, fewer rows than <see cref="Options.BatchSize"/> asks for, an image that cannot be read, which is named; or <see cref="Options.CheckpointFile"/> is of another training.</exception>
    /// <exception cref="InvalidDataException"><see cref="Options.CheckpointFile"/> is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException"><see cref="Options.CheckpointFile"/> cannot be written.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException"><see cref="Options.CancellationToken"/> was cancelled.</exception>
    public LogitNormModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var log = new ContextLog(_env, "trainer");
        var clock = Stopwatch.StartNew();
        var (label, image) = Check(input, _options.ValidationSet?.Schema);
        if (_options.CheckpointFile is not null)
            TrainingCheckpoint.CheckWritable(_options.CheckpointFile);
        var device = TorchDevice.Select(_env);
        var budget = Budget(device);
        using var training = Open(input, image, label, "training", budget, log, measured: _options.Normalization is null, hashed: _options.CheckpointFile is not null);
        CheckTrainable(training, input, label);
        var options = _options.For(training.Count);
        using var validation = _options.ValidationSet is { } set ? Open(set, image, label, "validation", budget, log) : null;
        if (validation is { Count: 0 })
            throw label.NoneIn(_options.ValidationSet!, "ValidationSet", "Leave it out, or give it rows with labels.");
        var streamed = training is StreamedImages;
        log.Info(Invariant($"Decoded {training.Count:N0} images of {image.Shape} in {clock.Elapsed.TotalSeconds:N1} s{(streamed ? $"; they take {Megabytes(training.Count * image.BytesPerImage)} and are streamed from here on" : "")}."));

        var given = _options.Seed ?? MachineLearningContext.Seed(_env);
        var checkpoint = _options.CheckpointFile is { } path
            ? TrainingCheckpoint.Open(Path.GetFullPath(path), TrainingSettings.Of(options, image, label, training.Count, streamed), training.Hash(), given)
            : null;
        var seed = checkpoint?.Seed ?? given ?? Random.Shared.Next();
        Announce(device, seed, checkpoint, log);
        var normalization = _options.Normalization ?? training.MeasureNormalization();
        var spec = new ModelSpec(_options.Backbone, label.ClassCount, image, normalization, label.Classes, _options.Head);
        return ModelOf(new TrainingLoop(options, device, seed, clock, log, ModelOf, checkpoint).Run(training, validation, spec));

        LogitNormModel ModelOf(TrainedNetwork network) => new(_env, spec, network);
    }

    private void Announce(TorchSharp.torch.Device device, int seed, TrainingCheckpoint? checkpoint, ContextLog log)
    {
        var head = _options.Head == Head.Linear() ? "" : $"head {_options.Head} and ";
        log.Info($"Training {_options.Backbone} with {head}{_options.Loss} for {_options.Epochs} epochs on {device}; seed {seed}.");
        if (checkpoint is { Epoch: > 0 })
            log.Info(checkpoint.Epoch < _options.Epochs
                ? $"Going on with epoch {checkpoint.Epoch + 1} of {_options.Epochs}: CheckpointFile '{_options.CheckpointFile}' holds the state before it."
                : $"Nothing is left to train: CheckpointFile '{_options.CheckpointFile}' holds all {_options.Epochs} epochs.");
    }

    /// <summary>What to say of training data without a labelled row.</summary>
    internal static InvalidOperationException NoRows(IDataView training, LabelColumn label) => label.NoneIn(training, "The training data", FillLabels);

    private static void CheckLossFitsHead(Options options)
    {
        if (options.Loss.NeedsLinearHead && options.Head is not LinearHead)
            throw new ArgumentException($"Loss is {options.Loss}, which is defined by the decision boundaries of a linear head, but Head is {options.Head}. Leave Head at Head.Linear(), or choose another loss.", nameof(options));
    }

    /// <summary>Finds the columns to train on, and checks that network and validation rows fit them. No row is read but to say why there are no classes.</summary>
    internal (LabelColumn Label, ImageColumn Image) Check(IDataView training, DataViewSchema? validation)
    {
        var label = LabelColumn.Find(training.Schema, _options.LabelColumnName);
        var image = ImageColumn.Find(training.Schema, _options.FeatureColumnName, _options.ImageShape);
        // MapValueToKey makes one class of no values at all.
        if (label.ClassCount < 2)
            throw label.HasRowsIn(training)
                ? new InvalidOperationException($"Label column '{label.Name}' has {label.ClassCount} class; a classifier needs at least 2.")
                : NoRows(training, label);
        CheckNetworkFits(image);
        CheckValidation(validation, image, label);
        return (label, image);
    }

    /// <summary>Whether so many labelled images are streamed rather than kept, by a training that begins now.</summary>
    internal bool Streams(ImageColumn image, long rows) => _options.ImageCache == ImageCache.Stream
        || (_options.ImageCache == ImageCache.Auto && (Int128)rows * image.BytesPerImage > Budget(TorchDevice.Select(_env)).Most);

    /// <summary>Decodes the labelled rows and keeps them, or finds out that they are to be streamed; the others are left out with a warning.</summary>
    private IImageSource Open(IDataView data, ImageColumn image, LabelColumn label, string role, ImageBudget budget, ContextLog log, bool measured = false, bool hashed = false)
    {
        if (_options.ImageCache == ImageCache.Memory)
            return Load(data, image, label, role, log);
        if (_options.ImageCache != ImageCache.Stream)
        {
            var most = Math.Max(0, budget.Most);
            if (Load(data, image, label, role, log, most) is { } images)
            {
                budget.Take(images.Count * image.BytesPerImage);
                return images;
            }
            log.Info($"The {role} images take more than {Megabytes(most)}, {budget.Reason}, and are streamed. ImageCache.Memory keeps them nevertheless.");
        }
        var streamed = new StreamedImages(data, image, label.Name, Math.Max(1, BytesInPool / image.BytesPerImage), measured, hashed, _options.CancellationToken);
        log.WarnOfUnlabelled(streamed.Unlabelled, $"{role} rows");
        return streamed;
    }

    private static ImageBudget Budget(TorchSharp.torch.Device device)
    {
        var host = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return device.type == TorchSharp.DeviceType.CUDA ? ImageBudget.OnDevice(host, CudaMemory.Free(device.index)) : ImageBudget.OnHost(host);
    }

    private static string Megabytes(long bytes) => Invariant($"{bytes / 1e6:N0} MB");

    /// <summary>Decodes the labelled rows; the others are left out with a warning.</summary>
    internal ImageSet Load(IDataView data, ImageColumn image, LabelColumn label, string role, ContextLog log) => Load(data, image, label, role, log, long.MaxValue)!;

    private ImageSet? Load(IDataView data, ImageColumn image, LabelColumn label, string role, ContextLog log, long mostBytes)
    {
        var (images, unlabelled) = ImageSetLoader.Load(data, image, label.Name, _options.CancellationToken, mostBytes);
        log.WarnOfUnlabelled(unlabelled, $"{role} rows");
        return images;
    }

    private void CheckNetworkFits(ImageColumn image)
    {
        var smallest = _options.Backbone.MinimumImageSize;
        if (image.Shape.Height < smallest || image.Shape.Width < smallest)
            throw new InvalidOperationException($"Images of {image.Shape} in column '{image.Name}' are too small for {_options.Backbone}, which needs at least {smallest}×{smallest} pixels. Resize them, or choose another backbone.");
        if (_options.Normalization is { } given && given.Mean.Count != image.Shape.Channels)
            throw new InvalidOperationException($"Normalization has {given.Mean.Count} channels; images in column '{image.Name}' have {image.Shape.Channels}.");
    }

    private void CheckValidation(DataViewSchema? schema, ImageColumn image, LabelColumn label)
    {
        if (schema is null)
            return;
        const string Remedy = "Transform the training and the validation rows by the same fitted pipeline.";
        try
        {
            if (ImageColumn.Find(schema, image.Name, _options.ImageShape) is var found && found != image)
                throw new InvalidOperationException($"ValidationSet has other images in column '{image.Name}': expected {image.Kind} {image.Shape}, found {found.Kind} {found.Shape}. {Remedy}");
            if (LabelColumn.Find(schema, label.Name) is var classes && !classes.HasClassesOf(label))
                throw new InvalidOperationException($"ValidationSet has other classes in column '{label.Name}': expected {label.ClassesText}, found {classes.ClassesText}. {Remedy}");
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidOperationException($"ValidationSet cannot be used: {e.Message}", e);
        }
    }

    private void CheckTrainable(IImageSource images, IDataView training, LabelColumn label)
    {
        if (images.Count == 0)
            throw NoRows(training, label);
        var counts = images.ClassCounts(label.ClassCount);
        var empty = Enumerable.Range(0, label.ClassCount).Where(i => counts[i] == 0).Select(label.NameOf).ToArray();
        if (empty.Length > 0)
            throw new InvalidOperationException($"No training rows for {empty.Length} of the {label.ClassCount} classes of column '{label.Name}': {string.Join(", ", empty.Take(10))}. Add images, or map the labels anew.");
        if (images.Count < _options.BatchSize)
            throw new InvalidOperationException(Invariant($"BatchSize is {_options.BatchSize}, but there are only {images.Count:N0} training rows. Make it at most that."));
    }
}
