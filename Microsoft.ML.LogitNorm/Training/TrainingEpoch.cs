using System.Globalization;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>What one pass over the training rows came to; passed to <see cref="LogitNormTrainer.Options.EpochCompleted"/>.</summary>
public sealed record TrainingEpoch
{
    /// <summary>The epoch's number, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many epochs the run has.</summary>
    public required int Epochs { get; init; }

    /// <summary>
    /// Mean training loss, the outliers' part with its weight included; its scale is the loss's own, so it does not compare across losses.
    /// </summary>
    public required double Loss { get; init; }

    /// <summary>
    /// Mean over the epoch's outliers of logsumexp f − mean f, without its weight, at least log C: see <see cref="LogitNormTrainer.Options.OutlierSet"/>.
    /// Null for a training without outliers.
    /// </summary>
    public double? OutlierLoss { get; init; }

    /// <summary>Share of training rows whose arg max was their label, measured while training (augmented images, changing weights).</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// Share of validation rows whose arg max is their label; null without <see cref="LogitNormTrainer.Options.ValidationSet"/> or
    /// <see cref="LogitNormTrainer.Options.ValidationFraction"/>.
    /// </summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>
    /// Mean loss over the validation rows, with the weights of <see cref="LogitNormTrainer.Options.ClassWeights"/>, without outliers, and of the logits that
    /// the model gives; null without validation rows. It is the loss of the end of the training, LogitNorm's with the final τ, so that epochs compare.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>
    /// The best epoch so far, this one included, whose weights the model gets if no better one comes; null without
    /// <see cref="LogitNormTrainer.Options.EarlyStopping"/>, and as long as no validation figure was finite.
    /// </summary>
    public int? BestEpoch { get; init; }

    /// <summary>Mean of ‖f‖₂ over the training rows, f = logits: what cross-entropy lets grow and LogitNorm does not train (the paper's Figure 1).</summary>
    public required double MeanLogitNorm { get; init; }

    /// <summary>The learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Training images per second in this epoch, validation apart.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>
    /// Time since training began, decoding of the images included; with a <see cref="LogitNormTrainer.Options.CheckpointFile"/> that of earlier runs too,
    /// up to their last finished epoch.
    /// </summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// The network as it stands after this epoch, to score other rows or to save a snapshot. It is lent: do not dispose of it, and use it before
    /// <see cref="LogitNormTrainer.Options.EpochCompleted"/> returns; later it throws an <see cref="ObjectDisposedException"/>.
    /// Using it does not change the training.
    /// </summary>
    public required LogitNormModel Model { get; init; }

    /// <summary>A line for a log.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"Epoch {Epoch}/{Epochs}: loss {Loss:F4}{(OutlierLoss is { } outliers ? Invariant($", outlier loss {outliers:F4}") : "")}, accuracy {Accuracy:P2}"
            + $"{(ValidationLoss is { } validationLoss ? Invariant($", validation loss {validationLoss:F4}") : "")}"
            + $"{(ValidationAccuracy is { } validation ? Invariant($", validation accuracy {validation:P2}") : "")}"
            + $"{(BestEpoch is { } best ? Invariant($" (best: epoch {best})") : "")}, "
            + $"mean logit norm {MeanLogitNorm:F2}, learning rate {LearningRate:G3}, {ImagesPerSecond:F0} images/s, {Elapsed:hh\\:mm\\:ss}");
}
