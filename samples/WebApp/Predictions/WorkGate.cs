using Microsoft.Extensions.Options;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Predictions;

/// <summary>
/// Bounds the work: so many requests are predicted at the same time, so many more are read or wait, and others are sent away before their images are
/// read. Memory is bounded with it. One client has its share of the places at most, however slowly it sends.
/// </summary>
internal sealed class WorkGate(IOptions<WebAppOptions> options) : IDisposable
{
    private readonly int _most = options.Value.Concurrency + options.Value.MaxQueue;
    private readonly SemaphoreSlim _places = new(options.Value.Concurrency);
    private readonly Dictionary<string, int> _clients = [];   // those that are let in, and how often; locked
    private int _admitted;

    /// <summary>Requests that are let in and not being predicted.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref _admitted) - (options.Value.Concurrency - _places.CurrentCount));

    /// <summary>Lets a request in, until what it returns is disposed.</summary>
    /// <param name="client">Whose it is.</param>
    /// <exception cref="RefusedException">There are too many already, in all or of this client.</exception>
    public IDisposable Admit(string client)
    {
        lock (_clients)
        {
            if (_admitted == _most)
                throw Refused.Busy(_most);
            var its = _clients.GetValueOrDefault(client);
            if (its >= options.Value.PerClient)
                throw Refused.TooManyAtOnce(options.Value.PerClient);
            _admitted++;
            _clients[client] = its + 1;
        }
        return new Once(() => LetGo(client));
    }

    private void LetGo(string client)
    {
        lock (_clients)
        {
            _admitted--;
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
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
