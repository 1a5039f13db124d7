using WebApp.Predictions;
using WebApp.Refusals;

namespace WebApp.Engines;

/// <summary>The model that serves, and what became of the last attempt to replace it.</summary>
internal sealed class ModelHost : IDisposable
{
    private ServedModel? _current;
    private volatile string _status = "The model is being loaded.";

    /// <summary>Raised with each model that begins to serve.</summary>
    public event Action<ServedModel>? Swapped;

    /// <summary>The model that serves; null where there is none yet.</summary>
    public ServedModel? Current => Volatile.Read(ref _current);

    /// <summary>Why there is no model yet.</summary>
    public string Status { get => _status; set => _status = value; }

    /// <summary>Why the newest file is not served; null where it is.</summary>
    public ModelFailure? LastError { get; private set; }

    /// <summary>An engine of the model that serves, until the lease is disposed.</summary>
    /// <exception cref="RefusedException">There is no model yet.</exception>
    public EngineLease Rent()
    {
        while (Current is { } model)
            if (model.TryRent() is { } lease)
                return lease;
        throw Refused.NoModel(Status);
    }

    /// <summary>Lets a model serve. The one before goes once its last lease is back.</summary>
    public void Swap(ServedModel next)
    {
        LastError = null;
        var before = Interlocked.Exchange(ref _current, next);
        before?.Retire();
        Swapped?.Invoke(next);
    }

    /// <summary>Keeps the model that serves: the file is that model's.</summary>
    public void Keep() => LastError = null;

    /// <summary>Keeps the model that serves, and says why another is not served; where there is none, that is why.</summary>
    public void Refuse(ModelFailure failure)
    {
        LastError = failure;
        if (Current is null)
            Status = failure.Message;
    }

    /// <summary>Lets go of the model, which goes once its last lease is back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _current, null)?.Retire();
}
