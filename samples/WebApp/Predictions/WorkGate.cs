using Microsoft.Extensions.Options;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Predictions;

/// <summary>
/// Bounds the work: so many requests are predicted at the same time, so many more are read or wait, and others are sent away before their images are
/// read. Memory is bounded with it.
/// </summary>
internal sealed class WorkGate(IOptions<WebAppOptions> options) : IDisposable
{
    private readonly int _most = options.Value.Concurrency + options.Value.MaxQueue;
    private readonly SemaphoreSlim _places = new(options.Value.Concurrency);
    private int _admitted;

    /// <summary>Requests that are let in and not being predicted.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref _admitted) - (options.Value.Concurrency - _places.CurrentCount));

    /// <summary>Lets a request in, until what it returns is disposed.</summary>
    /// <exception cref="RefusedException">There are too many already.</exception>
    public IDisposable Admit()
    {
        if (Interlocked.Increment(ref _admitted) <= _most)
            return new Once(() => Interlocked.Decrement(ref _admitted));
        Interlocked.Decrement(ref _admitted);
        throw Refused.Busy(_most);
    }

    /// <summary>Waits for a place to predict, which is free again when what it returns is disposed. Only for requests that were let in.</summary>
    public async Task<IDisposable> Enter(CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        return new Once(() => _places.Release());
    }

    public void Dispose() => _places.Dispose();

    private sealed class Once(Action action) : IDisposable
    {
        private Action? _action = action;

        public void Dispose() => Interlocked.Exchange(ref _action, null)?.Invoke();
    }
}
