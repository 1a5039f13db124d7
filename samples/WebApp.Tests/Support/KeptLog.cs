using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WebApp.Tests.Support;

/// <summary>Keeps the exceptions that are logged as errors, and all messages.</summary>
/// <param name="least">Of messages that are kept.</param>
internal sealed class KeptLog(LogLevel least = LogLevel.Error) : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Messages { get; } = [];

    public ConcurrentQueue<Exception?> Errors { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        Messages.Enqueue(formatter(state, exception));
        if (logLevel >= LogLevel.Error)
            Errors.Enqueue(exception);
    }

    public void Dispose()
    {
    }
}
