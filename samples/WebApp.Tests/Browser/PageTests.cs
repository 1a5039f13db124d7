using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WebApp.Tests.Support;
using static WebApp.Tests.Browser.OpenPage;

namespace WebApp.Tests.Browser;

/// <summary>The page as users have it, in a browser. Leaves pictures of what it looked like beside the test results.</summary>
internal sealed class PageTests() : BrowserTests("--WebApp:RequestsPerMinute=0")
{
    private static readonly FilePayload Dark = Png("dark.png", TinyModel.Known("dark")), Light = Png("light.png", TinyModel.Known("light"));
    private static readonly FilePayload Stripes = Png("stripes.png", TinyModel.Stranger()), Broken = Png("broken.png", TinyModel.Known("dark")[..100]);
    private static readonly FilePayload Letter = new() { Name = "letter.txt", MimeType = "text/plain", Buffer = "Dear Sir"u8.ToArray() };

    [Test]
    public async Task Choose_KnownUnknownAndBroken_EachGetsItsCard()
    {
        await using var page = await Open(Browser, App);
        await page.Choose(Dark, Stripes, Broken, Letter);

        Assert.That(await page.Cards.Locator(".file").AllInnerTextsAsync(), Is.EqualTo(["dark.png", "stripes.png", "broken.png", "letter.txt"]));
        Assert.That(await page.Cards.Locator(".verdict").AllInnerTextsAsync(), Is.EqualTo(["dark", "None of these", "Cannot be read", "Cannot be read"]));
        Assert.That(await page.In("known").Locator(".detail").InnerTextAsync(), Does.Match("^Known, (over |)\\d+\\s% sure$"));
        Assert.That(await page.In("outside").Locator(".detail").InnerTextAsync(), Does.StartWith("Of the known classes it looks most like "));
        Assert.That(await page.In("outside").Locator(".words").InnerTextAsync(), Does.Match("^Fewer than \\d+ in [\\d,]+ known images look this unusual\\.$"));
        Assert.That(await page.In("outside").GetByRole(AriaRole.Meter).GetAttributeAsync("aria-valuenow"), Is.EqualTo("100"));
        Assert.That(await page.In("known").Locator(".nearest li").AllInnerTextsAsync(), Has.Count.EqualTo(3).And.All.Match("^dark\\s*similarity -?[01]\\.\\d\\d$"));
        await Assertions.Expect(page.In("outside").Locator(".nearest img")).ToHaveCountAsync(3);
        Assert.That(
            await page.Page.Locator(".nearest img").EvaluateAllAsync<bool>("async images => (await Promise.all(images.map(image => image.decode()))).length === 6"),
            Is.True);
        Assert.That(await page.In("error").Locator(".nearest").First.IsVisibleAsync(), Is.False);
        Assert.That(await page.In("error").Locator(".detail").AllInnerTextsAsync(), Is.EqualTo(["The file ends too early: it was cut off on its way.", "The file is no image."]));
        Assert.That(await page.Page.GetByRole(AriaRole.Status).First.InnerTextAsync(), Is.EqualTo("1 known, 1 none of these, 2 without an answer"));
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task Choose_OneBrokenFile_SaysWhy()
    {
        await using var page = await Open(Browser, App);
        await page.Choose(Broken);

        Assert.That(await page.In("error").Locator(".verdict").InnerTextAsync(), Is.EqualTo("Cannot be read"));
        Assert.That(await page.In("error").Locator(".detail").InnerTextAsync(), Is.EqualTo("The file ends too early: it was cut off on its way."));
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task Choose_MoreFilesThanARequestMayHave_SendsThemInPortionsAndKeepsTheirOrder()
    {
        await using var page = await Open(Browser, App);
        var requests = 0;
        page.Page.Request += (_, request) => requests += request.Url.EndsWith("/predict", StringComparison.Ordinal) ? 1 : 0;
        await page.Choose([.. Enumerable.Range(1, 23).Select(i => Png($"{i}.png", TinyModel.Known(i % 2 == 0 ? "dark" : "light", i)))]);

        Assert.That(requests, Is.EqualTo(2));
        Assert.That(await page.Cards.Locator(".file").AllInnerTextsAsync(), Is.EqualTo(Enumerable.Range(1, 23).Select(i => $"{i}.png")));
        Assert.That(
            await page.In("known").EvaluateAllAsync<bool>(
                """
                cards => cards.every(card =>
                    card.querySelector('.verdict').textContent === (parseInt(card.querySelector('.file').textContent) % 2 ? 'light' : 'dark'))
                """),
            Is.True);
        Assert.That(await page.In("error").CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Clear_AfterResults_BeginsAnew()
    {
        await using var page = await Open(Browser, App);
        await page.Choose(Dark);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();

        Assert.That(await page.Cards.CountAsync(), Is.Zero);
        Assert.That(await page.Page.Locator("#empty").IsVisibleAsync(), Is.True);
        await page.Choose(Dark);
        Assert.That(await page.Page.Locator("#summary").InnerTextAsync(), Is.EqualTo("1 known"));
    }

    [Test]
    public async Task Paste_AnImage_IsLookedAt()
    {
        await using var page = await Open(Browser, App);
        await page.Page.EvaluateAsync(
            "async bytes => navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([new Uint8Array(bytes)], { type: 'image/png' }) })])",
            Light.Buffer.Select(value => (int)value).ToArray());
        await page.Page.Keyboard.PressAsync("Control+V");
        await page.Answered();

        Assert.That(await page.In("known").Locator(".verdict").InnerTextAsync(), Is.EqualTo("light"));
    }

    [Test]
    public async Task Drop_TwoImages_AreLookedAt()
    {
        await using var page = await Open(Browser, App);
        await page.Page.EvaluateAsync(
            """
            bytes => {
                const data = new DataTransfer();
                for (const name of ['one.png', 'two.png'])
                    data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
                for (const kind of ['dragover', 'drop'])
                    document.getElementById('drop').dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """,
            Dark.Buffer.Select(value => (int)value).ToArray());
        await page.Answered();

        Assert.That(await page.In("known").Locator(".file").AllInnerTextsAsync(), Is.EqualTo(["one.png", "two.png"]));
    }

    [Test]
    public async Task Keyboard_Alone_ChoosesAnImageAndReadsItsProbabilities()
    {
        await using var page = await Open(Browser, App);
        var keys = page.Page.Keyboard;
        page.Page.FileChooser += (_, _) => { };   // choosers are caught from now on: told only when one is waited for, the browser may open it before it knows
        await TabTo(page.Page, "#choose");
        Assert.That(await page.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"), Is.EqualTo("solid"));
        var chooser = await page.Page.RunAndWaitForFileChooserAsync(() => keys.PressAsync("Enter"));
        await chooser.SetFilesAsync(Dark);
        await page.Answered();

        await TabTo(page.Page, ".card summary");
        await keys.PressAsync("Enter");
        Assert.That(await page.Cards.Locator("tbody th").AllInnerTextsAsync(), Is.EqualTo(["dark", "light"]));
        Assert.That(await page.Cards.Locator("tbody td").First.IsVisibleAsync(), Is.True);
    }

    [TestCase(1280, ColorScheme.Light)]
    [TestCase(1280, ColorScheme.Dark)]
    [TestCase(375, ColorScheme.Light)]
    [TestCase(375, ColorScheme.Dark)]
    public async Task Page_OnAScreen_FitsAndHasNoBarriers(int width, ColorScheme scheme)
    {
        await using var page = await Open(Browser, App, width, scheme);
        await page.Choose(Dark, Stripes, Broken, Png($"{new string('a', 90)}.png", TinyModel.Known("light")));
        await page.Page.Locator(".card summary").First.ClickAsync();

        var fits = await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth");
        var targets = await page.Page.EvaluateAsync<double>(
            "Math.min(...[...document.querySelectorAll('button')].filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height))");
        var barriers = (await page.Page.RunAxe()).Violations.Select(rule => $"{rule.Id}: {string.Join("; ", rule.Nodes.Select(node => node.Html))}");
        // A picture of the full page would be taken without the touch screen.
        await page.Page.SetViewportSizeAsync(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        await ChromiumBrowser.Keep(await page.Page.ScreenshotAsync(), $"web-{width}-{scheme}.png".ToLowerInvariant());
        Assert.Multiple(() =>
        {
            Assert.That(fits, Is.True, "the page scrolls sideways");
            Assert.That(targets, Is.GreaterThanOrEqualTo(44), "buttons are too small for fingers");
            Assert.That(barriers, Is.Empty);
            Assert.That(page.Complaints, Is.Empty);
        });
        Assert.That(await page.Page.Locator("#photograph").IsVisibleAsync(), Is.EqualTo(width < 500));
    }

    [Test]
    public async Task Model_Card_TellsWhatItKnowsAndPromises()
    {
        await using var page = await Open(Browser, App);
        var card = page.Page.Locator("#model-card");
        Assert.That(await card.Locator(".chips li").AllInnerTextsAsync(), Is.EqualTo(["dark", "light"]));
        Assert.That(await card.InnerTextAsync(), Does.Contain("5\u00a0%").And.Contain("WideResNet").And.Contain("tiny.zip").And.Contain("200 images"));
    }

    private static async Task TabTo(IPage page, string selector)
    {
        for (var press = 0; press < 20; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
        }
        Assert.Fail($"Tab does not come to {selector}.");
    }
}
