using System.Globalization;
using WebApp.Engines;

namespace WebApp.Drift;

/// <summary>The drift test of the model that serves; another model begins anew, as its p-values are of another calibration.</summary>
internal sealed class DriftWatch
{
    private const double FalseAlarmRate = 0.01;

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private IDriftTest _test = new PowerMartingale(FalseAlarmRate);
    private ServedModel? _model;
    private DateTimeOffset _started;
    private DateTimeOffset? _since;
    private long _seen;

    public DriftWatch(ModelHost host, TimeProvider clock)
    {
        (_clock, _started) = (clock, clock.GetUtcNow());
        host.Swapped += Reset;
        _model = host.Current;
    }

    public DriftState State
    {
        get
        {
            lock (_lock)
                return new(_seen, _started, _test.IsAlarm, _since, _test.FalseAlarmRate, _test.Evidence, 1 / _test.FalseAlarmRate, Words());
        }
    }

    /// <summary>Takes the p-value of an image; one of a model that no longer serves is left out.</summary>
    public void Add(ServedModel model, double pValue)
    {
        lock (_lock)
        {
            if (model != _model)
                return;
            _seen++;
            _test.Add(pValue);
            if (_test.IsAlarm)
                _since ??= _clock.GetUtcNow();
        }
    }

    /// <summary>Begins anew, with the same model.</summary>
    public void Reset() => Reset(_model);

    private void Reset(ServedModel? model)
    {
        lock (_lock)
            (_model, _test, _started, _since, _seen) = (model, new PowerMartingale(FalseAlarmRate), _clock.GetUtcNow(), null, 0);
    }

    private string Words()
    {
        var images = string.Create(CultureInfo.InvariantCulture, $"{_seen:N0} image{(_seen == 1 ? "" : "s")}");
        return _since is not null
            ? string.Create(CultureInfo.InvariantCulture, $"Your images have changed. If they had not, this would be said with a probability of at most {_test.FalseAlarmRate:P0}.")
            : $"Nothing speaks for a change in your images so far: {images}.";
    }
}
