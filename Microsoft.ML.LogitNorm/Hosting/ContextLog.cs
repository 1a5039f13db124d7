using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Messages that reach <see cref="MLContext.Log"/>.</summary>
/// <param name="env">The environment of the component that speaks.</param>
/// <param name="source">What is speaking; <see cref="LoggingEventArgs.Source"/> ends with it.</param>
internal sealed class ContextLog(IHostEnvironment env, string source) : IDisposable
{
    private readonly IChannel _channel = env.Register("LogitNorm").Start(source);

    public void Info(string message) => _channel.Info("{0}", message);

    public void Warning(string message) => _channel.Warning("{0}", message);

    /// <summary>Warns of rows without a label, if there are any: they are left out where labels are needed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rows">What they are called.</param>
    /// <param name="consequence">What becomes of them.</param>
    public void WarnOfUnlabelled(long count, string rows = "rows", string consequence = "they are left out")
    {
        if (count > 0)
            Warning(Invariant($"{count:N0} {rows} have no label, or one that is not among the classes; {consequence}."));
    }

    /// <summary>Warns of rows that are left out, if there are any.</summary>
    /// <param name="warning">What to say; null where there are none.</param>
    public void WarnOfLeftOut(string? warning)
    {
        if (warning is not null)
            Warning(warning);
    }

    /// <summary>A channel for how far a computation is, as ML.NET's trainers have one; the caller disposes of it.</summary>
    /// <param name="name">What is computed.</param>
    public IProgressChannel StartProgress(string name) => env.StartProgressChannel(name);

    public void Dispose() => _channel.Dispose();
}
