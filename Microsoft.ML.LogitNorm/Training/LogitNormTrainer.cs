using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Trains a classifier of images, or of feature vectors, whose confidence separates what it knows from what it does not.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this trainer, use `MulticlassClassification.Trainers.LogitNorm`.
///
/// ### Input and Output Columns
/// The label column must be a [key](xref:Microsoft.ML.Data.KeyDataViewType), the feature column an image (`MLImage`) of known size, or a vector of
/// <xref:System.Single> or <xref:System.Byte> with known shape. `Backbone.Dense` takes a plain vector of <xref:System.Single> of known length.
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
/// | Machine learning task | Multiclass classification of images, or of feature vectors |
/// | Is normalization required? | No: pixels and features are normalised by the model |
/// | Is caching required? | No: images are decoded once and kept, or streamed where memory does not hold them (`Options.ImageCache`) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm, and libtorch-cpu-* or TorchSharp-cuda-* |
/// | Exportable to ONNX | No |
///
/// ### Training Algorithm Details
/// Stochastic gradient descent on a network, convolutional for images. With softmax cross-entropy the norm of the logit vector f keeps growing through
/// training, and the network becomes confident of anything. The LogitNorm loss is the cross-entropy of f / (τ‖f‖₂), so only the direction of f is trained (Wei
/// et al., "Mitigating Neural Network Overconfidence with Logit Normalization", ICML 2022, arXiv 2205.09310, equation 4).
/// ]]>
/// </format>
/// </remarks>
public sealed partial class LogitNormTrainer : IEstimator<LogitNormModel>
{
    private const int BytesInPool = 256 << 20;
    private const string LeftToTrain = "the rows that ValidationFraction leaves to train on", HeldOut = "the rows that ValidationFraction holds out";
    private const string TrainingData = "The training data";
    private const string FillLabels = "Give rows whose label is not empty and among the classes: are they in the column that MapValueToKey reads?";

    private readonly IHostEnvironment _env;
    private readonly Options _options;

    internal LogitNormTrainer(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckLossFitsHead(options);
        CheckOptionsFitBackbone(options);
        options.CheckFitting();
        FineTuning.Check(options);
        if (options.OutputColumns.Fault() is { } fault)
            throw new ArgumentException($"{fault}.", nameof(options));
        TorchRuntime.EnsureAvailable(env);
        (_env, _options) = (env, options);
    }

    /// <summary>The columns after training, from those before it.</summary>
    /// <param name="inputSchema">The columns of the training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The label or feature column is missing or has another type; the message says what to put before the trainer.
    /// </exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        NetworkInput.Check(inputSchema, _options.FeatureColumnName, _options.Backbone, _options.ImageShape);
        return ModelColumns.Promise(
            inputSchema,
            LabelColumn.Check(inputSchema, _options.LabelColumnName),
            inputSchema.First(column => column.Name == _options.FeatureColumnName),
            _options.Head,
            _options.OutputColumns);
    }

    /// <summary>Reads the rows, trains the network and returns the model, which owns the network's memory: dispose of it.</summary>
    /// <param name="input">The training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or feature column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The rows cannot be trained on: none, none with a label, a class without rows, fewer rows than <see cref="Options.BatchSize"/> asks for, a row that
    /// cannot be read, which is named, a feature that is the same in all rows; or <see cref="Options.ClassWeights"/> names a class that is none; or
    /// <see cref="Options.Sampling"/> is balanced and the rows are streamed; or <see cref="Options.CheckpointFile"/> is of another training; or
    /// <see cref="Options.OutlierSet"/> has no rows, rows of another kind, or a row that is a training row as well, which is named; or
    /// <see cref="Options.InitialWeights"/> are those of a model of another backbone, or of rows with another number of channels or features.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// <see cref="Options.CheckpointFile"/> is damaged, or no checkpoint; or the file of <see cref="Options.InitialWeights"/> is damaged, or of another
    /// network.
    /// </exception>
    /// <exception cref="IOException"><see cref="Options.CheckpointFile"/> cannot be written.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException"><see cref="Options.CancellationToken"/>, or the <see cref="MLContext"/>, was cancelled.</exception>
    public LogitNormModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return HostCancellation.Run(_env, _options.CancellationToken, cancellation => Train(input, cancellation));
    }

    private LogitNormModel Train(IDataView input, CancellationToken cancellationToken)
    {
        using var log = new ContextLog(_env, "trainer");
        var clock = Stopwatch.StartNew();
        var (label, rows) = Check(input, _options.ValidationSet?.Schema);
        if (_options.CheckpointFile is not null)
            TrainingCheckpoint.CheckWritable(_options.CheckpointFile);
        var device = TorchDevice.Select(_env);
        var budget = Budget(device);
        var given = _options.Seed ?? MachineLearningContext.Seed(_env);
        var seed = given ?? (CheckpointPath is { } file ? TrainingCheckpoint.SeedIn(file) : null) ?? Random.Shared.Next();
        var split = _options.ValidationFraction is { } fraction ? HeldOutRows.Choose(input, label, fraction, seed, cancellationToken) : null;
        var data = split?.Training ?? input;
        using var training = In(
            split is null ? null : LeftToTrain,
            () => Open(
                data,
                rows,
                label,
                new("training", split is null ? TrainingData : "The part that ValidationFraction leaves to train on", FillLabels),
                budget,
                log,
                cancellationToken));
        CheckTrainable(training, input.Schema, rows, label);
        if (split is { HeldOut: 0 })
            throw new InvalidOperationException(
                Invariant($"ValidationFraction is {_options.ValidationFraction}, but no class has 2 rows, one to train on and one to hold out. ")
                + "Add rows, or leave it out.");
        var sampled = Sampled(training);
        TrainingWarnings.Write(training.Summary, rows, label, log);
        var options = _options.For(training.Count) with { CancellationToken = cancellationToken };
        var classWeights = options.ClassWeights.For(label, training.Summary.ClassCounts);
        using var validation = (split?.Validation ?? _options.ValidationSet) is { } set
            ? In(split is null ? null : HeldOut, () => Open(
                set,
                rows,
                label,
                split is null
                    ? new("validation", "ValidationSet", "Leave it out, or give it rows with labels.")
                    : new("validation", "The part that ValidationFraction holds out", "Raise ValidationFraction, or leave it out."),
                budget,
                log,
                cancellationToken))
            : null;
        using var outliers = OpenOutliers(training, rows, label, log, cancellationToken);
        var streamed = training is StreamedExamples;
        log.Info(
            Invariant($"Read {training.Count:N0} {rows.Rows} in {clock.Elapsed.TotalSeconds:N1} s")
            + Invariant($"{(split is null ? "" : Invariant($", and held out {validation!.Count:N0} to validate on"))}")
            + Invariant($"{(streamed ? $"; they take {Megabytes(training.Count * rows.BytesPerRow)} and are streamed from here on" : "")}."));

        var chosenBy = options.EarlyStopping is null ? null : Invariant($"{validation!.Count} rows, {validation.Summary.Hash}");
        var checkpoint = CheckpointPath is { } path
            ? TrainingCheckpoint.Open(
                path, TrainingSettings.Of(options, rows, label, training.Count, streamed, outliers?.Id, chosenBy), training.Summary.Hash, seed)
            : null;
        Announce(device, seed, checkpoint, log);
        var normalization = InitialNormalization.Choose(_options, rows, training.Summary.Moments!, log);   // there are rows
        var spec = new ModelSpec(_options.Backbone, label.ClassCount, rows, normalization, label.Classes, _options.Head, _options.OutputColumns);
        return ModelOf(new TrainingLoop(options, device, seed, clock, log, ModelOf, classWeights, checkpoint)
            .Run(sampled, validation, outliers?.Set, spec));

        LogitNormModel ModelOf(TrainedNetwork network) => new(_env, spec, network);
    }

    private string? CheckpointPath => _options.CheckpointFile is { } path ? Path.GetFullPath(path) : null;

    private IExampleSource Sampled(IExampleSource training) => (_options.Sampling, training) switch
    {
        (Sampling.Natural, _) => training,
        (_, ExampleSet kept) => new BalancedExamples(kept),
        _ => throw BalancedWhileStreamed(),
    };

    private static InvalidOperationException BalancedWhileStreamed()
        => new(Options.BalancedWhileStreamed("the training rows take more memory than ImageCache.Auto allows"));

    private OutlierRows? OpenOutliers(
        IExampleSource training, NetworkInput input, LabelColumn label, ContextLog log, CancellationToken cancellationToken)
    {
        if (_options.OutlierSet is not { } set)
            return null;
        var outliers = In("OutlierSet", () => OutlierRows.Read(set, input, cancellationToken));
        try
        {
            OutlierCheck.Rows(outliers, set, training, input);
            log.WarnOfLeftOut(LeftOutRows.Warning(outliers.LeftOut, "rows of OutlierSet"));
            OutlierCheck.WarnOfClasses(set, label, log);
            log.Info($"Training against {outliers}.");
            return outliers;
        }
        catch
        {
            outliers.Dispose();
            throw;
        }
    }

    // Several sets have the same column, and rows of the same numbers: an error says which set it is of.
    private static T In<T>(string? set, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (set is not null && RowError.Find(error) is IRowError { Row: { } row } and Exception found)
        {
            throw RowError.Naming(row, $"In {set}: {found.Message}", found);
        }
    }

    private void Announce(TorchSharp.torch.Device device, int seed, TrainingCheckpoint? checkpoint, ContextLog log)
    {
        var head = _options.Head == Head.Linear() ? "" : $"head {_options.Head} and ";
        log.Info($"Training {_options.Backbone} with {head}{_options.Loss} for {_options.Epochs} epochs on {device}; seed {seed}.");
        if (checkpoint is { Epoch: > 0 })
            log.Info(checkpoint.Epoch < _options.Epochs && _options.EarlyStopping?.IsOver(checkpoint.Epoch, checkpoint.BestEpoch, _options.WarmupEpochs) != true
                ? $"Going on with epoch {checkpoint.Epoch + 1} of {_options.Epochs}: CheckpointFile '{_options.CheckpointFile}' holds the state before it."
                : $"Nothing is left to train: CheckpointFile '{_options.CheckpointFile}' holds all {checkpoint.Epoch} epochs.");
    }

    /// <summary>What to say of training data without a labelled row.</summary>
    internal static InvalidOperationException NoRows(IDataView training, LabelColumn label) => label.NoneIn(training, TrainingData, FillLabels);

    private static void CheckLossFitsHead(Options options)
    {
        if (options.Loss.NeedsLinearHead && options.Head is not LinearHead)
            throw new ArgumentException(
                $"Loss is {options.Loss}, which is defined by the decision boundaries of a linear head, but Head is {options.Head}. "
                + "Leave Head at Head.Linear(), or choose another loss.",
                nameof(options));
    }

    private static void CheckOptionsFitBackbone(Options options)
    {
        if (!options.Backbone.TakesVectors)
            return;
        if (options.ImageShape is not null)
            throw new ArgumentException(
                $"ImageShape is {options.ImageShape}, but {options.Backbone} takes feature vectors. Leave ImageShape out, or choose a backbone for images.",
                nameof(options));
        if (options.SyntheticOutliers != SyntheticOutliers.None)
            throw new ArgumentException(
                $"SyntheticOutliers is {options.SyntheticOutliers}, which is made of images, but {options.Backbone} takes feature vectors. "
                + "Leave SyntheticOutliers out; OutlierSet takes vectors.",
                nameof(options));
        if (options.Augmentation is not (null or NoAugmentation))
            throw new ArgumentException(
                $"Augmentation is {options.Augmentation}, which changes images, but {options.Backbone} takes feature vectors. Leave Augmentation out.",
                nameof(options));
    }

    /// <summary>
    /// Finds the columns to train on, and checks that network and validation rows fit them. No row is read but to say why there are no classes.
    /// </summary>
    internal (LabelColumn Label, NetworkInput Input) Check(IDataView training, DataViewSchema? validation)
    {
        var label = LabelColumn.Find(training.Schema, _options.LabelColumnName);
        var input = NetworkInput.Find(training.Schema, _options.FeatureColumnName, _options.Backbone, _options.ImageShape);
        // MapValueToKey makes one class of no values at all.
        if (label.ClassCount < 2)
            throw label.HasRowsIn(training)
                ? new InvalidOperationException($"Label column '{label.Name}' has {label.ClassCount} class; a classifier needs at least 2.")
                : NoRows(training, label);
        CheckNetworkFits(input);
        CheckValidation(validation, input, label);
        OutlierCheck.Schema(_options, input);
        return (label, input);
    }

    /// <summary>Whether so many labelled rows are streamed rather than kept, by a training that begins now.</summary>
    /// <exception cref="InvalidOperationException">They are, and are to be drawn by class.</exception>
    internal bool Streams(NetworkInput input, long rows)
    {
        var streams = _options.ImageCache == ImageCache.Stream
            || (_options.ImageCache == ImageCache.Auto && (Int128)rows * input.BytesPerRow > Budget(TorchDevice.Select(_env)).Most);
        return streams && _options.Sampling == Sampling.Balanced ? throw BalancedWhileStreamed() : streams;
    }

    /// <summary>Reads the labelled rows and keeps them, or finds out that they are to be streamed; the others are left out with a warning.</summary>
    private IExampleSource Open(
        IDataView data, NetworkInput input, LabelColumn label, ExampleRole role, ExampleBudget budget, ContextLog log, CancellationToken cancellationToken)
    {
        if (_options.ImageCache == ImageCache.Memory)
            return Load(data, input, label, role, log, cancellationToken);
        if (_options.ImageCache != ImageCache.Stream)
        {
            var most = Math.Max(0, budget.Most);
            if (Load(data, input, label, role, log, cancellationToken, most) is { } examples)
            {
                budget.Take(examples.Count * input.BytesPerRow);
                return examples;
            }
            log.Info($"The {role.Rows} take more than {Megabytes(most)}, {budget.Reason}, and are streamed. ImageCache.Memory keeps them nevertheless.");
        }
        var streamed = new StreamedExamples(data, input, label, Math.Max(1, BytesInPool / input.BytesPerRow), cancellationToken);
        log.WarnOfUnlabelled(streamed.Unlabelled, role.Rows);
        if (streamed.Count == 0)
            throw role.None(data, label, streamed.LeftOut);
        log.WarnOfLeftOut(LeftOutRows.Warning(streamed.LeftOut, role.Rows));
        return streamed;
    }

    private static ExampleBudget Budget(TorchSharp.torch.Device device)
    {
        var host = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return device.type == TorchSharp.DeviceType.CUDA ? ExampleBudget.OnDevice(host, CudaMemory.Free(device.index)) : ExampleBudget.OnHost(host);
    }

    private static string Megabytes(long bytes) => Invariant($"{bytes / 1e6:N0} MB");

    /// <summary>Reads the labelled rows; the others are left out with a warning.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    internal ExampleSet Load(IDataView data, NetworkInput input, LabelColumn label, ExampleRole role, ContextLog log, CancellationToken cancellationToken)
        => Load(data, input, label, role, log, cancellationToken, long.MaxValue)!;

    private ExampleSet? Load(
        IDataView data, NetworkInput input, LabelColumn label, ExampleRole role, ContextLog log, CancellationToken cancellationToken, long mostBytes)
    {
        var (examples, unlabelled, leftOut) = ExampleSetLoader.Load(data, input, label, cancellationToken, mostBytes);
        log.WarnOfUnlabelled(unlabelled, role.Rows);
        if (examples is { Count: 0 })
        {
            examples.Dispose();
            throw role.None(data, label, leftOut);
        }
        log.WarnOfLeftOut(LeftOutRows.Warning(leftOut, role.Rows));
        return examples;
    }

    private void CheckNetworkFits(NetworkInput input)
    {
        input.CheckFits(_options.Backbone);
        _options.InitialWeights?.Check(_options.Backbone, input);
        if (_options.Normalization is { } given && given.Mean.Count != input.Channels)
            throw new InvalidOperationException($"Normalization is of {given.Mean.Count} channels or features; column '{input.Name}' holds {input.Rows}.");
    }

    private void CheckValidation(DataViewSchema? schema, NetworkInput input, LabelColumn label)
    {
        if (schema is null)
            return;
        const string Remedy = "Transform the training and the validation rows by the same fitted pipeline.";
        try
        {
            if (NetworkInput.Find(schema, input.Name, _options.Backbone, _options.ImageShape) is var found && found != input)
                throw new InvalidOperationException($"ValidationSet has other rows in column '{input.Name}': expected {input}, found {found}. {Remedy}");
            if (LabelColumn.Find(schema, label.Name) is var classes && !classes.HasClassesOf(label))
                throw new InvalidOperationException(
                    $"ValidationSet has other classes in column '{label.Name}': expected {label.ClassesText}, found {classes.ClassesText}. {Remedy}");
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidOperationException($"ValidationSet cannot be used: {e.Message}", e);
        }
    }

    private void CheckTrainable(IExampleSource examples, DataViewSchema schema, NetworkInput input, LabelColumn label)
    {
        var (counts, _, constants, _) = examples.Summary;
        var empty = Enumerable.Range(0, label.ClassCount).Where(i => counts[i] == 0).Select(label.NameOf).ToArray();
        if (empty.Length > 0)
            throw new InvalidOperationException(
                $"No training rows for {empty.Length} of the {label.ClassCount} classes of column '{label.Name}': {string.Join(", ", empty.Take(10))}. "
                + $"Add rows, or map the labels anew.{NotCounted()}");
        if (examples.Count < _options.BatchSize)
            throw new InvalidOperationException(
                Invariant($"BatchSize is {_options.BatchSize}, but there are only {examples.Count:N0} training rows. Make it at most that."));
        if (input is VectorInput && constants.Count > 0 && _options.Normalization is null)
            throw ConstantFeatures(schema[input.Name], constants);

        string NotCounted() => (_options.ValidationFraction is not null, LeftOutRows.Columns(schema, schema[input.Name]).Any()) switch
        {
            (true, true) => " Rows that ValidationFraction holds out do not count, nor do those whose image cannot be read.",
            (true, false) => " Rows that ValidationFraction holds out do not count.",
            (false, true) => " Rows whose image cannot be read do not count.",
            _ => "",
        };
    }

    // Nothing tells what another value would mean, and after standardising it would be as large as it pleases.
    private static InvalidOperationException ConstantFeatures(DataViewSchema.Column column, IReadOnlyList<int> constants)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (column.HasSlotNames())
            column.GetSlotNames(ref names);
        var listed = constants.Take(10).Select(slot => names.Length > 0 ? $"{slot} '{names.GetItemOrDefault(slot)}'" : $"{slot}");
        return new(
            Invariant($"Column '{column.Name}' has features that are the same in all training rows: {string.Join(", ", listed)}")
            + Invariant($"{(constants.Count > 10 ? $" and {constants.Count - 10} more" : "")} (slots counted from 0); expected features that vary. ")
            + "Leave them out, for example by SelectFeaturesBasedOnCount where they are always 0, or give Normalization if they are to stay.");
    }
}
