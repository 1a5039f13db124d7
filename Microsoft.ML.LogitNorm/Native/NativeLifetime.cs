namespace Microsoft.ML.LogitNorm;

/// <summary>Frees native memory when its owner has disposed of it and the last computation that uses it has ended, whichever comes later.</summary>
/// <remarks>TorchSharp frees a tensor at once, even while another thread computes with it, and that would end the process.</remarks>
/// <param name="owner">The public type that <see cref="ObjectDisposedException"/> names.</param>
/// <param name="free">Called once, on the thread that comes last.</param>
internal sealed class NativeLifetime(Type owner, Action free) : IDisposable
{
    private readonly Lock _gate = new();
    private int _uses;
    private bool _disposed;

    /// <summary>Keeps the memory until what is returned is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The owner has disposed of it.</exception>
    public Use Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
            _uses++;
        }
        return new(this);
    }

    /// <summary>No new use may begin; those that have begun go on to their end.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_uses > 0)
                return;
        }
        free();
    }

    private void Leave()
    {
        lock (_gate)
            if (--_uses > 0 || !_disposed)
                return;
        free();
    }

    /// <summary>A computation that uses the memory.</summary>
    public readonly struct Use(NativeLifetime lifetime) : IDisposable
    {
        public void Dispose() => lifetime.Leave();
    }
}
