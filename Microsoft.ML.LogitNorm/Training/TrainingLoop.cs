using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The training itself: from labelled rows to a trained network.</summary>
/// <param name="options">How to train.</param>
/// <param name="device">Where to train.</param>
/// <param name="seed">Where all randomness comes from.</param>
/// <param name="clock">Running since the training began.</param>
/// <param name="log">Gets a line for each epoch.</param>
/// <param name="modelOf">Makes a model of a network, for callbacks.</param>
/// <param name="classWeights">How much rows of each class count in the loss; null where all count the same.</param>
/// <param name="checkpoint">Where the training begins, and where its state is kept; null for none.</param>
internal sealed class TrainingLoop(
    LogitNormTrainer.Options options,
    Device device,
    int seed,
    Stopwatch clock,
    ContextLog log,
    Func<TrainedNetwork, LogitNormModel> modelOf,
    IReadOnlyList<float>? classWeights,
    TrainingCheckpoint? checkpoint)
{
    // The loss is read, which waits for the device, once in so many steps; a NaN is then traced to its step.
    private const int StepsBetweenChecks = 50;

    private static readonly LogitNormTrainer.Options _forRandomWeights = new();

    private readonly int _batchSize = options.BatchSize!.Value;   // Fit has settled it by the number of rows
    private readonly TimeSpan _earlier = checkpoint?.Elapsed ?? TimeSpan.Zero;
    private Tensor? _classWeights;   // [C], on the device
    private (int Epoch, int Step, int Steps) _done;   // for who asks how far it is, from whatever thread

    private TimeSpan Elapsed => _earlier + clock.Elapsed;

    /// <summary>Trains. The sets are moved to the device and freed when training ends, whoever made them.</summary>
    public TrainedNetwork Run(IExampleSource training, IExampleSource? validation, ExampleSet? outliers, ModelSpec spec)
    {
        using var scope = NewDisposeScope();
        using var random = new NetworkRandom(seed);
        using var generator = new Generator(unchecked((ulong)seed), CPU);
        using var context = new AugmentationContext(spec.Input, spec.Normalization, generator);
        var network = spec.CreateNetwork(random);
        network.to(device);
        var trained = new TrainedNetwork(network, device, spec.Input, spec.Normalization, owner: typeof(LogitNormModel));
        try
        {
            Begin(network, spec);
            using var onDevice = training.To(device);
            using var validationOnDevice = validation?.To(device);
            using var outliersOnDevice = outliers?.To(device);
            var exposure = OutlierBatches.Of(options, outliersOnDevice);
            _classWeights = classWeights is null ? null : tensor(classWeights.ToArray(), device: device);
            var measured = validationOnDevice is null ? null : new Validation(options, validationOnDevice, _classWeights);
            using var best = options.EarlyStopping is { } stopping ? new BestEpoch(stopping, network, options.WarmupEpochs) : null;
            var epoch = checkpoint?.Epoch ?? 0;
            using (var optimizer = CreateOptimizer(network, options))
            using (var progress = log.StartProgress("Training"))
            {
                progress.SetHeader(new(["Loss", "Accuracy"], ["epochs", "steps"]), entry =>
                {
                    entry.SetProgress(0, _done.Epoch, options.Epochs);
                    entry.SetProgress(1, _done.Step, _done.Steps);
                });
                var state = new TrainingState(network, optimizer, generator, random, best);
                checkpoint?.Restore(state);
                while (epoch < options.Epochs && best?.IsOver(epoch) != true)
                {
                    epoch++;
                    using (var lent = new LentModel(trained, modelOf))
                    {
                        var figures = TrainEpoch(epoch, trained, optimizer, onDevice, exposure, context, lent.Model);
                        progress.Checkpoint(figures.Loss, figures.Accuracy, epoch);
                        Report(figures, measured, best, trained);
                    }
                    checkpoint?.Save(epoch, Elapsed, state);
                }
            }
            best?.Keep(epoch, log);
            network.Freeze();
            trained.Fold(log);
            return trained;
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Groups of the parameters that learn: those that weight decay acts on, and those of the head, if any, that it leaves alone, each by how fast they learn.
    /// </summary>
    internal static GradientDescent CreateOptimizer(ClassifierNetwork network, LogitNormTrainer.Options options)
    {
        var undecayed = network.UndecayedParameters;
        Parameter[] decayed = [.. network.parameters().Where(parameter => undecayed.All(other => other.Handle != parameter.Handle))];
        var tuning = options.FineTuning ?? new();
        return new(
            [.. tuning.Groups(network, decayed, options.WeightDecay), .. tuning.Groups(network, undecayed, 0)],
            options.LearningRate,
            options.Momentum,
            options.Nesterov);
    }

    /// <summary>Gives a network with first weights those that it is to begin with, and freezes what is to stay as it is.</summary>
    private void Begin(ClassifierNetwork network, ModelSpec spec)
    {
        if (options.InitialWeights is { } weights && checkpoint is not { Epoch: > 0 })   // or its state is the checkpoint's
        {
            log.Info(weights.CopyTo(network, spec));
            if (options.LearningRate >= _forRandomWeights.LearningRate)
                log.Warning(
                    Invariant($"LearningRate is {options.LearningRate}, a rate for random weights: it may undo the initial ones within a few steps. ")
                    + "Begin with 0.01 or less.");
        }
        options.FineTuning?.FreezeIn(network);
    }

    private TrainingEpoch TrainEpoch(
        int epoch,
        TrainedNetwork trained,
        GradientDescent optimizer,
        IExampleSource examples,
        OutlierBatches? exposure,
        AugmentationContext context,
        LogitNormModel model)
    {
        using var scope = NewDisposeScope();
        var network = trained.Classifier;
        network.train();
        var start = clock.Elapsed;
        var steps = (int)(examples.Count / _batchSize);
        using var batches = examples.Shuffle(_batchSize, options.Augmentation!, context);
        var losses = zeros(steps, device: device);
        var outlierLosses = zeros(steps, device: device);
        var correct = zeros(1, int64, device);
        var normSum = zeros(1, float64, device);
        for (var step = 0; step < steps; step++)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            var progress = (((epoch - 1L) * steps) + step) / ((double)options.Epochs * steps);
            optimizer.LearningRate = options.LearningRate * options.LearningRateSchedule.FactorAt(progress);

            var (rows, rowLabels) = batches.Next();   // [B, …], [B]
            var labels = rowLabels.to(device);
            var (logits, loss, outlierLoss) = Forward(trained, rows, labels, exposure?.Next(rows, labels, context), progress);
            loss.backward();
            optimizer.Step();
            optimizer.ClearGradients();   // now rather than before the next: in the gaps between them the next feature maps would find no room

            using (no_grad())
            {
                losses[step] = loss.detach();
                if (outlierLoss is not null)
                    outlierLosses[step] = outlierLoss.detach();
                correct.AddInPlace(logits.argmax(1).eq(labels).sum());
                normSum.AddInPlace(logits.norm(1, keepdim: false, p: 2).sum());
            }
            if ((step + 1) % StepsBetweenChecks == 0 || step + 1 == steps)
                CheckLosses(losses, step, epoch);
            _done = (epoch - 1, step + 1, steps);
            options.StepCompleted?.Invoke(new(epoch, options.Epochs, step + 1, steps));
        }
        var rowsSeen = (double)steps * _batchSize;
        return new()
        {
            Epoch = epoch,
            Epochs = options.Epochs,
            Loss = losses.mean().item<float>(),
            OutlierLoss = exposure is null ? null : outlierLosses.mean().item<float>(),
            Accuracy = correct.item<long>() / rowsSeen,
            MeanLogitNorm = normSum.item<double>() / rowsSeen,
            LearningRate = optimizer.LearningRate,
            ImagesPerSecond = rowsSeen / (clock.Elapsed - start).TotalSeconds,
            Elapsed = Elapsed,
            Model = model,
        };
    }

    /// <summary>What a step minimises. Outliers go through the network together with the training rows, as in the code of outlier exposure's authors.</summary>
    /// <returns>The training rows' logits [B, C], the loss with the outliers' part in it, and that part without its weight.</returns>
    private (Tensor Logits, Tensor Loss, Tensor? OutlierLoss) Forward(
        TrainedNetwork trained, Tensor rows, Tensor labels, Tensor? outliers, double progress)
    {
        var network = trained.Classifier;
        var embedding = network.Embed(trained.Normalize(outliers is null ? rows : cat([rows, outliers])));   // [B + K, D]
        var logits = network.Classify(embedding);   // [B + K, C]
        if (outliers is null)
            return (logits, options.Loss.Compute(new(logits, embedding, network.HeadWeight, labels, progress, _classWeights)), null);
        var (known, unknown) = (logits.narrow(0, 0, rows.shape[0]), logits.narrow(0, rows.shape[0], outliers.shape[0]));
        var loss = options.Loss.Compute(new(known, embedding.narrow(0, 0, rows.shape[0]), network.HeadWeight, labels, progress, _classWeights));
        var outlierLoss = OutlierExposure.Compute(options.Loss.OutlierLogits(unknown, progress));
        return (known, loss.Plus(outlierLoss.Times(options.OutlierWeight)), outlierLoss);
    }

    private void CheckLosses(Tensor losses, int lastStep, int epoch)
    {
        var finite = losses.narrow(0, 0, lastStep + 1).isfinite();
        if (finite.all().item<bool>())
            return;
        var step = finite.to(int32).argmin(0).item<long>() + 1;
        throw new TrainingDivergedException(
            Invariant($"The loss became {losses[step - 1].item<float>()} in epoch {epoch}, step {step}, ")
            + Invariant($"with {options.Loss} and learning rate {options.LearningRate}. Training stopped: ")
            + Invariant($"lower LearningRate (a tenth of it is a good try){(options.Loss is LogitNormLoss ? ", or raise tau" : "")}."));
    }

    private void Report(TrainingEpoch epoch, Validation? validation, BestEpoch? best, TrainedNetwork trained)
    {
        if (validation?.Measure(trained) is var (loss, accuracy))
            epoch = epoch with { ValidationLoss = loss, ValidationAccuracy = accuracy, Elapsed = Elapsed };
        best?.Add(epoch);
        epoch = epoch with { BestEpoch = best?.Best?.Epoch };
        log.Info(epoch.ToString());
        trained.Classifier.eval();
        options.EpochCompleted?.Invoke(epoch);
    }
}
