namespace WebApp.Tests.Support;

/// <summary>One application for all tests that leave it as it is.</summary>
internal static class SharedApp
{
    private static readonly Lazy<Task<RunningApp>> _app = new(() => RunningApp.Start("--WebApp:RequestsPerMinute=0"));

    public static Task<RunningApp> Get() => _app.Value;

    /// <summary>After the last test.</summary>
    public static async Task Stop()
    {
        if (_app.IsValueCreated)
            await (await _app.Value).DisposeAsync();
    }
}
