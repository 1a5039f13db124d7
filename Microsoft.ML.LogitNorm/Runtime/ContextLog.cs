using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Messages that reach <see cref="MLContext.Log"/>.</summary>
/// <param name="env">The environment of the component that speaks.</param>
/// <param name="source">What is speaking; <see cref="LoggingEventArgs.Source"/> ends with it.</param>
internal sealed class ContextLog(IHostEnvironment env, string source) : IDisposable
{
    private readonly IChannel _channel = env.Register("LogitNorm").Start(source);

    public void Info(string message) => _channel.Info("{0}", message);

    public void Warning(string message) => _channel.Warning("{0}", message);

    public void Dispose() => _channel.Dispose();
}
