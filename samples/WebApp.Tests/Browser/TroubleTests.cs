using Microsoft.Playwright;
using WebApp.Tests.Support;
using static WebApp.Tests.Browser.OpenPage;

namespace WebApp.Tests.Browser;

/// <summary>What the page says when something is wrong: with the images, with the server, with an upload.</summary>
internal sealed class TroubleTests() : BrowserTests("--WebApp:RequestsPerMinute=0", "--WebApp:MaxFileBytes=3000")
{
    private static readonly FilePayload Dark = Png("dark.png", TinyModel.Known("dark"));

    [Test]
    public async Task Drift_ManyStrangers_IsToldUntilItWasLookedInto()
    {
        await using var page = await Open(Browser, App);
        Assert.That(await page.Page.Locator("#drift").IsVisibleAsync(), Is.False);
        await page.Choose([.. Enumerable.Range(1, 20).Select(i => Png($"{i}.png", TinyModel.Stranger(i)))]);

        var banner = page.Page.GetByRole(AriaRole.Alert);
        await banner.WaitForAsync();
        Assert.That(await banner.InnerTextAsync(), Does.StartWith("Your images have changed").And.Contain("Noticed on"));
        await ChromiumBrowser.Keep(await page.Page.ScreenshotAsync(), "web-drift.png");
        await banner.GetByRole(AriaRole.Button).ClickAsync();
        await banner.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task Page_WithoutAModel_SaysSoAndShowsTheCardOnceThereIsOne()
    {
        await using var page = await Open(Browser, App);
        var asked = 0;
        await page.Page.RouteAsync("**/model", route => asked++ == 0
            ? route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = """
                {
                    "card": null, "status": "A first model is being made.", "lastError": null,
                    "limits": { "maxFiles": 20, "maxFileBytes": 3000, "maxRequestBytes": 32000000, "maxPixels": 1 }
                }
                """,
            })
            : route.ContinueAsync());
        await page.Page.ReloadAsync();

        await page.Page.GetByText("A first model is being made.").WaitForAsync();
        await page.Page.Locator("#model-card").WaitForAsync();
        Assert.That(await page.Page.Locator("#model-status").IsVisibleAsync(), Is.False);
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task Choose_AFileThatIsTooLarge_IsNotSent()
    {
        await using var page = await Open(Browser, App);
        await page.Choose(Png("large.png", new byte[3_100]), Dark);

        Assert.That(await page.Cards.Locator(".verdict").AllInnerTextsAsync(), Is.EqualTo(["Not looked at", "dark"]));
        Assert.That(
            await page.In("error").Locator(".detail").InnerTextAsync(),
            Is.EqualTo("The file has 3.1\u00a0kB, and no more than 3\u00a0kB are taken. Send a smaller one."));
    }

    [Test]
    public async Task Choose_WithoutAServer_SaysSo()
    {
        await using var page = await Open(Browser, App);
        await page.Page.RouteAsync("**/predict", route => route.AbortAsync());
        await page.Choose(Dark);

        Assert.That(await page.In("error").Locator(".detail").InnerTextAsync(), Is.EqualTo("The server cannot be reached. Is it still running?"));
    }

    [Test]
    public async Task Choose_WhileTheServerIsBusy_TriesAgain()
    {
        await using var page = await Open(Browser, App);
        var answers = 0;
        await page.Page.RouteAsync("**/predict", route => answers++ == 0
            ? route.FulfillAsync(new()
            {
                Status = 503, ContentType = "application/problem+json", Body = "{\"detail\":\"Twenty requests are being worked on.\"}",
                Headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
            })
            : route.ContinueAsync());
        await page.Page.Locator("#files").SetInputFilesAsync(Dark);

        await page.Page.GetByText("Twenty requests are being worked on.").WaitForAsync();
        await page.Answered();
        Assert.That(await page.In("known").Locator(".verdict").InnerTextAsync(), Is.EqualTo("dark"));
        Assert.That(answers, Is.EqualTo(2));
    }
}
