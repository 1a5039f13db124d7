using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Measures the network on rows that it is not trained on.</summary>
/// <param name="options">How it is trained.</param>
/// <param name="examples">The rows, on the device that trains; at least one. Borrowed.</param>
/// <param name="classWeights">How much rows of each class count in the loss, [C], on the device; null where all count the same. Borrowed.</param>
internal sealed class Validation(LogitNormTrainer.Options options, IExampleSource examples, Tensor? classWeights)
{
    /// <summary>Mean loss and accuracy over all rows, which the network sees as a model would.</summary>
    /// <remarks>The loss is that of the end of the training (progress 1), so that epochs compare while LogitNorm's τ changes.</remarks>
    public (double Loss, double Accuracy) Measure(TrainedNetwork trained)
    {
        trained.Classifier.eval();
        var batchSize = options.BatchSize!.Value;
        using var batches = examples.InOrder(batchSize);
        long correct = 0;
        double loss = 0, weights = 0;
        for (long start = 0; start < examples.Count; start += batchSize)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            var (rows, rowLabels) = batches.Next();
            var labels = rowLabels.to(trained.Device);
            var (logits, embedding, _) = trained.Forward(rows);
            correct += logits.argmax(1).eq(labels).sum().item<long>();
            var weight = classWeights?.index_select(0, labels).sum().item<float>() ?? labels.shape[0];
            loss += weight * options.Loss.Compute(new(logits, embedding, trained.Classifier.HeadWeight, labels, 1, classWeights)).item<float>();
            weights += weight;
        }
        return (loss / weights, (double)correct / examples.Count);
    }
}
