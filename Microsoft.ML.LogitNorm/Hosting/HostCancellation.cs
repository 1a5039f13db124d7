using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>A token that ML.NET's own cancellation, <see cref="MLContext.CancelExecution"/>, cancels as well as the caller's token.</summary>
/// <remarks>ML.NET has no event for it, only a flag that its own trainers look at now and then; so it is looked at ten times a second.</remarks>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    /// <param name="env">Whose cancellation is looked at.</param>
    /// <param name="token">The caller's own.</param>
    public HostCancellation(IHostEnvironment env, CancellationToken token)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
        _timer = new(_ => Look(env), null, TimeSpan.Zero, _interval);
    }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        using (var ended = new ManualResetEvent(false))
            if (_timer.Dispose(ended))
                ended.WaitOne();   // no look is under way any more
        _source.Dispose();
    }

    private void Look(IHostEnvironment env)
    {
        if ((env as ICancelable)?.IsCanceled ?? false)
            _source.Cancel();
    }
}
