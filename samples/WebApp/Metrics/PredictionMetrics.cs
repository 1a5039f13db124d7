using System.Diagnostics.Metrics;
using WebApp.Drift;
using WebApp.Predictions;
using WebApp.Refusals;

namespace WebApp.Metrics;

/// <summary>What is counted and measured, for whoever collects it.</summary>
internal sealed class PredictionMetrics
{
    public const string Meter = "WebApp";

    private readonly Histogram<double> _duration, _pValue;
    private readonly Counter<long> _predictions, _refusals, _models;

    public PredictionMetrics(IMeterFactory meters, WorkGate gate, DriftWatch drift)
    {
        var meter = meters.Create(Meter);
        _duration = meter.CreateHistogram(
            "webapp.prediction.duration", "s", "From an image's bytes to its verdict.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });
        _predictions = meter.CreateCounter<long>("webapp.predictions", "{image}", "Verdicts, by predicted class and decision.");
        _pValue = meter.CreateHistogram(
            "webapp.p_value", "1", "p-values of the images: of known ones alone, as many in each tenth.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] });
        _refusals = meter.CreateCounter<long>("webapp.refusals", "{request}", "Requests that were refused, by status code.");
        _models = meter.CreateCounter<long>("webapp.model.loads", "{file}", "Model files that were tried, by outcome: served or refused.");
        meter.CreateObservableGauge("webapp.queue.depth", () => gate.Waiting, "{request}", "Requests that are read or wait.");
        meter.CreateObservableGauge("webapp.drift.alarm", () => drift.State.Alarm ? 1 : 0, "{alarm}", "1 where the images have changed.");
    }

    /// <summary>A verdict.</summary>
    public void Predicted(TimeSpan duration, string predictedClass, bool isOutOfDistribution, double pValue)
    {
        _duration.Record(duration.TotalSeconds);
        _predictions.Add(1, new("class", predictedClass), new("decision", isOutOfDistribution ? "none_of_these" : "known"));
        _pValue.Record(pValue);
    }

    /// <summary>An image that cannot be read.</summary>
    public void Unreadable() => _predictions.Add(1, new("class", ""), new("decision", "unreadable"));

    public void Refused(int status) => _refusals.Add(1, new KeyValuePair<string, object?>("status", status));

    public void ModelLoaded() => _models.Add(1, new KeyValuePair<string, object?>("outcome", "served"));

    public void ModelRefused() => _models.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
}
