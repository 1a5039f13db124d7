namespace WebApp.Drift;

/// <summary>What is written to the log about the file of the drift test.</summary>
internal static partial class DriftLog
{
    [LoggerMessage(LogLevel.Warning, "The drift test begins anew, as what was kept of it cannot be used: {Path}: {Message}")]
    public static partial void NotRead(this ILogger log, string path, string message);

    [LoggerMessage(LogLevel.Warning, "The drift test cannot be kept, and would begin anew after a restart: {Path}: {Message}")]
    public static partial void NotWritten(this ILogger log, string path, string message);
}
