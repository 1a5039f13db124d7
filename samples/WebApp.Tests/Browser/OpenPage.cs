using Microsoft.Playwright;
using WebApp.Tests.Support;

namespace WebApp.Tests.Browser;

/// <summary>The page in a browser of its own, and what a user does with it.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    private OpenPage(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>What the browser complained of, but that an answer is not 200, which the page tells.</summary>
    public List<string> Complaints { get; } = [];

    public ILocator Cards => Page.Locator(".card");

    /// <summary>The cards of a kind: <c>waiting</c>, <c>known</c>, <c>outside</c> or <c>error</c>.</summary>
    public ILocator In(string state) => Page.Locator($".card[data-state={state}]");

    public static async Task<OpenPage> Open(ChromiumBrowser browser, RunningApp app, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await browser.Browser.NewContextAsync(new()
        {
            BaseURL = app.Address.ToString(),
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = width < 500,
            IsMobile = width < 500,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(10_000);
        var page = new OpenPage(context, await context.NewPageAsync());
        page.Page.PageError += (_, error) => page.Complaints.Add(error);
        page.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                page.Complaints.Add(message.Text);
        };
        page.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(app.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                page.Complaints.Add($"asks for {request.Url}");
        };
        await page.Page.GotoAsync("/");
        await page.Page.Locator("#model-card").WaitForAsync();
        return page;
    }

    /// <summary>Chooses files, and waits until each has its answer.</summary>
    public async Task Choose(params FilePayload[] files)
    {
        await Page.Locator("#files").SetInputFilesAsync(files);
        await Answered();
    }

    /// <summary>Waits until no card waits any more.</summary>
    public async Task Answered()
    {
        await Cards.First.WaitForAsync();
        await Assertions.Expect(In("waiting")).ToHaveCountAsync(0, new() { Timeout = 10_000 });
    }

    public static FilePayload Png(string name, byte[] bytes) => new() { Name = name, MimeType = "image/png", Buffer = bytes };

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
