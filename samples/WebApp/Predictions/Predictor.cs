using System.Diagnostics;
using WebApp.Drift;
using WebApp.Engines;
using WebApp.Metrics;

namespace WebApp.Predictions;

/// <summary>From images to predictions, by one engine of the model that serves.</summary>
internal sealed class Predictor(ModelHost host, WorkGate gate, DriftWatch drift, PredictionMetrics metrics)
{
    /// <summary>Predicts one image after the other.</summary>
    /// <param name="images">The bytes of their files.</param>
    /// <param name="cancellation">The client has gone.</param>
    /// <param name="require">Refuses a model that is not the one that was asked for; null where each will do.</param>
    /// <exception cref="RefusedException">There is no model yet, or not that one.</exception>
    public async Task<PredictedImages> Predict(IReadOnlyList<byte[]> images, CancellationToken cancellation, Action<ServedModel>? require = null)
    {
        using var place = await gate.Enter(cancellation);
        using var lease = host.Rent();
        require?.Invoke(lease.Model);
        var predictions = new Prediction[images.Count];
        for (var i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            predictions[i] = Predict(lease, images[i]);
        }
        return new(lease.Model.Card, predictions);
    }

    private Prediction Predict(EngineLease lease, byte[] image)
    {
        var start = Stopwatch.GetTimestamp();
        var verdict = lease.Predict(image);
        var prediction = Prediction.Of(verdict, lease.Model, Stopwatch.GetElapsedTime(start));
        if (prediction.Error is not null)
        {
            metrics.Unreadable();
            return prediction;
        }
        metrics.Predicted(prediction.Duration, prediction.Classes[0].Name, prediction.IsOutOfDistribution, prediction.PValue);
        drift.Add(lease.Model, prediction.PValue, prediction.PredictedClass);
        return prediction;
    }
}
