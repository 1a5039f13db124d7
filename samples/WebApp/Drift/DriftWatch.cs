using System.Globalization;
using WebApp.Engines;

namespace WebApp.Drift;

/// <summary>
/// The drift test of the model that serves; another model begins anew, as its p-values are of another calibration, and the same one goes on after a restart.
/// </summary>
internal sealed class DriftWatch
{
    private static readonly DriftDetector.Options _promise = new();

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly DriftFile _file;
    private ServedModel? _model;
    private DriftDetector? _drift;   // of the model
    private DateTimeOffset _started;
    private DateTimeOffset? _since;
    private long _seen;

    public DriftWatch(ModelHost host, DriftFile file, TimeProvider clock)
    {
        (_clock, _file) = (clock, file);
        host.Swapped += Begin;
        Begin(host.Current);
    }

    public DriftState State
    {
        get
        {
            lock (_lock)
                return new(
                    _seen, _started, _since is not null, _since, _promise.FalseAlarms, _promise.OverImages,
                    _drift?.Evidence ?? 0, Threshold, Words());
        }
    }

    /// <summary>What is to be written of it; null where there is no model.</summary>
    public DriftRecord? Record
    {
        get
        {
            lock (_lock)
                return _model is null || _drift is null ? null : new(_model.Card.Version, _started, _since, _seen, _drift.State);
        }
    }

    /// <summary>Takes the p-value of an image; one of a model that no longer serves is left out.</summary>
    /// <param name="model">The model that it is of.</param>
    /// <param name="pValue">The p-value.</param>
    /// <param name="predictedClass">The number of the predicted class, from 0.</param>
    public void Add(ServedModel model, double pValue, int predictedClass)
    {
        lock (_lock)
        {
            if (model != _model || _drift is null)
                return;
            _seen++;
            if (_drift.Add(pValue, model.Detector.Thresholds.Count > 1 ? predictedClass : 0))
                _since ??= _clock.GetUtcNow();
        }
    }

    /// <summary>Begins anew, with the same model and what is known of its images.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _drift?.Restart();
            (_started, _since, _seen) = (_clock.GetUtcNow(), null, 0);
        }
    }

    private static double Threshold => _promise.OverImages / _promise.FalseAlarms;

    private void Begin(ServedModel? model)
    {
        lock (_lock)
        {
            _model = model;
            if (model is not null && _file.Read(model) is { } kept)
                (_drift, _started, _since, _seen) = (new(kept.Test), kept.StartedAt, kept.Since, kept.ImagesSeen);
            else
                (_drift, _started, _since, _seen) = (model is null ? null : new(model.Detector, _promise), _clock.GetUtcNow(), null, 0);
        }
    }

    private string Words() => _since is not null
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"Your images have changed. They look more unusual than those before; by chance that is said at most once in {Threshold:N0} images.")
        : string.Create(CultureInfo.InvariantCulture, $"Nothing speaks for a change in your images so far: {_seen:N0} image{(_seen == 1 ? "" : "s")}.");
}
