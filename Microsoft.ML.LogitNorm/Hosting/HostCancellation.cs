using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>A token that ML.NET's own cancellation, <see cref="MLContext.CancelExecution"/>, cancels as well as the caller's token.</summary>
/// <remarks>ML.NET has no event for it, only a flag that its own trainers look at now and then; so it is looked at ten times a second.</remarks>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    private HostCancellation(IHostEnvironment env, CancellationToken token)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
        _timer = new(_ => Look(env), null, TimeSpan.Zero, _interval);
    }

    /// <summary>Does some work that either cancels.</summary>
    /// <param name="env">Whose cancellation is looked at.</param>
    /// <param name="callers">The caller's own.</param>
    /// <param name="work">Gets the token to look at.</param>
    /// <exception cref="OperationCanceledException">Cancelled; by the caller's token where that was it, as a caller may look for its own.</exception>
    public static T Run<T>(IHostEnvironment env, CancellationToken callers, Func<CancellationToken, T> work)
    {
        using var cancellation = new HostCancellation(env, callers);
        try
        {
            return work(cancellation._source.Token);
        }
        catch (OperationCanceledException)
        {
            callers.ThrowIfCancellationRequested();
            throw;
        }
    }

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
            _ = _source.CancelAsync();   // whatever it calls, it does not end this thread
    }
}
