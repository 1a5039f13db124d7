using Microsoft.Playwright;

namespace Shared.Tests;

/// <summary>The Chromium of this machine, without a window.</summary>
internal sealed class ChromiumBrowser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright _playwright;

    private ChromiumBrowser(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    public IBrowser Browser { get; }

    /// <summary>Starts it; skips the tests, with a reason, where there is none.</summary>
    public static async Task<ChromiumBrowser> Start()
    {
        var chromium = Find();
        if (chromium is null)
            Assert.Ignore("No Chromium: install the package chromium, or set CHROMIUM to a browser's path.");
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new(playwright, await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = chromium,
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                ],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Leaves a picture of a page, or another file, beside the test results.</summary>
    public static async Task Keep(byte[] content, string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, name);
        await File.WriteAllBytesAsync(path, content);
        TestContext.AddTestAttachment(path);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.CloseAsync();
        _playwright.Dispose();
    }

    private static string? Find()
        => Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
}
