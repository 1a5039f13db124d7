using System.Collections.ObjectModel;
using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Chooses the temperature τ of the LogitNorm loss as the paper does: by how well in-distribution images are told from Gaussian noise.</summary>
/// <remarks>
/// <para>
/// To create it, use <c>MulticlassClassification.LogitNormTuner</c>. It trains one network for each τ, scores a validation set of in-distribution
/// images and as many rows of noise as asked for by <see cref="OodScores.MaxSoftmax"/>, and chooses by <see cref="TuningResult.Best"/>'s rule.
/// No other out-of-distribution image is looked at, so results on real ones stay honest.
/// Wei et al., "Mitigating Neural Network Overconfidence with Logit Normalization", ICML 2022, arXiv 2205.09310.
/// </para>
/// <para>
/// Noise has the unit of the training images. Pixels of <see cref="MLImage"/> and bytes run from 0 to 255; for vectors of float it is the first of
/// [0, 1], [−1, 1] and [0, 255] that holds all values of the validation images, else the range from their lowest to their highest value. Values are normally
/// distributed around its middle with half of it as standard deviation, and clipped to it.
/// Noise like feature vectors has in each feature the mean of the validation rows, and twice their standard deviation.
/// </para>
/// </remarks>
public sealed partial class LogitNormTuner
{
    private static readonly OodScore _score = OodScores.MaxSoftmax();

    private readonly IHostEnvironment _env;
    private readonly Options _options;

    internal LogitNormTuner(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TorchRuntime.EnsureAvailable(env);
        (_env, _options) = (env, options);
    }

    /// <summary>Runs the trials that are not finished yet and chooses among all.</summary>
    /// <param name="trainingSet">Rows to train on, with the columns that the trainer takes.</param>
    /// <param name="validationSet">
    /// Rows of the same classes that are not trained on, transformed by the same fitted pipeline. Rows without a label are left out.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The label or feature column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The rows cannot be trained or validated on; or a file of trials is of other settings; or training diverged in every trial.
    /// </exception>
    /// <exception cref="FileNotFoundException">One of <see cref="Options.OtherResultsFiles"/> is not there.</exception>
    /// <exception cref="InvalidDataException">A file of trials is damaged, or of a newer version of this library.</exception>
    /// <exception cref="OperationCanceledException">
    /// The trainer's <see cref="LogitNormTrainer.Options.CancellationToken"/>, or the <see cref="MLContext"/>, was cancelled. Finished trials stay in the file.
    /// </exception>
    public TuningResult Tune(IDataView trainingSet, IDataView validationSet)
    {
        ArgumentNullException.ThrowIfNull(trainingSet);
        ArgumentNullException.ThrowIfNull(validationSet);
        return HostCancellation.Run(_env, _options.Trainer.CancellationToken, cancellation => Tune(trainingSet, validationSet, cancellation));
    }

    private TuningResult Tune(IDataView trainingSet, IDataView validationSet, CancellationToken cancellationToken)
    {
        using var log = new ContextLog(_env, "tuner");
        var trainer = new LogitNormTrainer(_env, _options.Trainer);
        var (label, input) = trainer.Check(trainingSet, validationSet.Schema);
        var trainingRows = trainingSet.GetColumn<uint>(label.Name).LongCount(key => key > 0);
        if (trainingRows == 0)
            throw LogitNormTrainer.NoRows(trainingSet, label);
        using var validation = trainer.Load(
            validationSet, input, label, new("validation", "The validation set", "Give it rows with labels."), log, cancellationToken);

        // Decided once for all trials, whatever memory is free later: a trial on streamed images does not compare with one on images in memory.
        var streamed = trainer.Streams(input, trainingRows);
        var settings = TuningSettings.Of(_options, input, label, trainingRows, validation.Count, streamed);
        var file = TuningFile.Open(_options.ResultsFile, _options.OtherResultsFiles, settings, _options.Trainer.Seed ?? MachineLearningContext.Seed(_env));
        if (_options.Trainer.SyntheticOutliers.HasFlag(SyntheticOutliers.Noise))
            log.Warning(
                "SyntheticOutliers has Noise, and the temperatures are compared by noise: what was trained against says little about what is new. "
                + "Tune without it.");
        var noise = GaussianNoise.Like(validation.Values, input);
        TuningTrial[] trials = [.. _options.Taus.Select(tau => file.Find(tau) ?? Run(tau))];

        var best = TuningResult.Choose(trials, _options.AccuracyLoss);
        log.Info($"Chose {best}");
        return new() { Best = best, Trials = trials, BestOptions = _options.Trainer with { Loss = Loss(best.Tau) } };

        TuningTrial Run(double tau)
        {
            var trial = Try(tau, file.Seed, streamed, trainingSet, validation, noise, input.RowsPerBatch, cancellationToken);
            file.Add(trial);
            log.Info($"Trial of {trial}");
            _options.TrialCompleted?.Invoke(trial);
            return trial;
        }
    }

    private TrainingLoss Loss(double tau) => TrainingLoss.LogitNorm(tau, _options.Warmup);

    private TuningTrial Try(
        double tau, int seed, bool streamed, IDataView trainingSet, ExampleSet validation, GaussianNoise noise, int rowsPerBatch,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var options = _options.Trainer with
        {
            Loss = Loss(tau),
            Seed = seed,
            Epochs = _options.EpochsPerTrial ?? _options.Trainer.Epochs,
            ImageCache = streamed ? ImageCache.Stream : ImageCache.Memory,
            CheckpointFile = null,   // it is one training's, and each trial is another
        };
        try
        {
            using var model = new LogitNormTrainer(_env, options).Fit(trainingSet);
            var (known, accuracy) = Validate(model.Network, validation, rowsPerBatch, cancellationToken);
            var metrics = OodDetectionMetrics.Compute(known, Score(model.Network, noise, seed, rowsPerBatch, cancellationToken));
            return new() { Tau = tau, Accuracy = accuracy, FprAt95Tpr = metrics.FprAt95Tpr, Auroc = metrics.Auroc, Duration = clock.Elapsed };
        }
        catch (TrainingDivergedException e)
        {
            return new() { Tau = tau, Failure = e.Message, Duration = clock.Elapsed };
        }
    }

    private (float[] Scores, double Accuracy) Validate(
        TrainedNetwork network, ExampleSet validation, int rowsPerBatch, CancellationToken cancellationToken)
    {
        long correct = 0;
        var scores = Batches(validation.Count, rowsPerBatch, cancellationToken, (start, count) =>
        {
            var logits = network.Forward(validation.Values.narrow(0, start, count)).Logits;
            correct += logits.argmax(1).eq(validation.Labels.narrow(0, start, count).to(network.Device)).sum().item<long>();
            return logits;
        });
        return (scores, (double)correct / validation.Count);
    }

    private float[] Score(TrainedNetwork network, GaussianNoise noise, int seed, int rowsPerBatch, CancellationToken cancellationToken)
    {
        using var generator = new Generator(unchecked((ulong)seed), CPU);   // a new one for each trial: all see the same noise
        return Batches(_options.NoiseCount, rowsPerBatch, cancellationToken, (_, count) => network.Forward(noise.Draw(count, generator)).Logits);
    }

    // The scores of so many rows, of which the logits come a batch at a time.
    private static float[] Batches(long rows, int rowsPerBatch, CancellationToken cancellationToken, Func<long, long, Tensor> logitsOf)
    {
        var scores = new float[rows];
        for (long start = 0; start < rows; start += rowsPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(rowsPerBatch, rows - start);
            var logits = logitsOf(start, count);   // [count, C]
            if (!logits.isfinite().all().item<bool>())   // the loss is looked at before a step, so that the last step's outcome shows here first
                throw new TrainingDivergedException(
                    "The trained network's logits are not finite. Lower LearningRate (a tenth of it is a good try), or raise tau.");
            _score.Compute(new(logits, null, null, null, ReadOnlyDictionary<string, Tensor>.Empty)).CopyTo(scores.AsSpan((int)start, (int)count));
        }
        return scores;
    }
}
