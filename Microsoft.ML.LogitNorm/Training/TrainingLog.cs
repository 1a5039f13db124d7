using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a training run has to say, on the channel that reaches <see cref="MLContext.Log"/>.</summary>
internal sealed class TrainingLog(IHostEnvironment env) : IDisposable
{
    private readonly IChannel _channel = MachineLearningContext.Channel(env, "LogitNorm trainer");

    public void Info(string message) => _channel.Info("{0}", message);

    public void Warning(string message) => _channel.Warning("{0}", message);

    public void Epoch(TrainingEpoch epoch)
        => Info(string.Create(CultureInfo.InvariantCulture,
            $"Epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, accuracy {epoch.Accuracy:P2}{(epoch.ValidationAccuracy is { } v ? $", validation accuracy {v:P2}" : "")}, mean logit norm {epoch.MeanLogitNorm:F2}, learning rate {epoch.LearningRate:G3}, {epoch.ImagesPerSecond:F0} images/s, {epoch.Elapsed:hh\\:mm\\:ss}"));

    public void Dispose() => _channel.Dispose();
}
