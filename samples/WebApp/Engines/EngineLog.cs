namespace WebApp.Engines;

/// <summary>What is written to the log about models.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(LogLevel.Information, "Serves {Name}, version {Version}, {Classes} classes.")]
    public static partial void Serves(this ILogger log, string name, string version, int classes);

    [LoggerMessage(LogLevel.Error, "The model file is not served: {Message} Version {Version} goes on.")]
    public static partial void Refuses(this ILogger log, string message, string version);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    public static partial void ModelSays(this ILogger log, string message);

    [LoggerMessage(LogLevel.Information, "{Message}")]
    public static partial void Making(this ILogger log, string message);
}
