using Microsoft.Playwright;
using PaperBenchmark.Report;
using Shared.Files;

namespace PaperBenchmark.Tests.Report;

/// <summary>The report as a reader opens it, from disk in a browser. Leaves pictures of what it looked like beside the test results.</summary>
[NonParallelizable]
public sealed class ReportInBrowserTests
{
    private TemporaryFolder _folder;
    private string _page;
    private ChromiumBrowser? _browser;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _browser = await ChromiumBrowser.Start();
        _folder = new();
        _page = _folder.At("report.html");
        AtomicFile.Write(_page, ReportPage.Html(ReportSample.Content(_folder)));
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _folder?.Dispose();
    }

    [TestCase(1280, ColorScheme.Light)]
    [TestCase(1280, ColorScheme.Dark)]
    [TestCase(375, ColorScheme.Light)]
    [TestCase(375, ColorScheme.Dark)]
    public async Task Page_OnAScreen_FitsIsWholeAndAsksForNothing(int width, ColorScheme scheme)
    {
        var (page, complaints) = await Open(width, scheme);
        var fits = await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth");
        var images = await page.EvaluateAsync<int[]>("[...document.images].map(image => image.naturalWidth)");
        var letters = await page.EvaluateAsync<double>(
            "Math.min(...[...document.querySelectorAll('p, li')].map(e => parseFloat(getComputedStyle(e).fontSize)))");
        var buried = await page.EvaluateAsync<string[]>(Buried);
        await ChromiumBrowser.Keep(await page.ScreenshotAsync(new() { FullPage = true }), $"report-{width}-{scheme}.png".ToLowerInvariant());
        Assert.Multiple(() =>
        {
            Assert.That(fits, Is.True, "the page scrolls sideways");
            Assert.That(images, Has.Length.EqualTo(4).And.All.GreaterThan(0));
            Assert.That(letters, Is.GreaterThanOrEqualTo(16));
            Assert.That(buried, Is.Empty, "wider than the screen, and in no box that scrolls");
            Assert.That(complaints, Is.Empty);
        });
    }

    [Test]
    public async Task Page_LinkInTheContents_LeadsToItsHeading()
    {
        var (page, _) = await Open(375, ColorScheme.Light);
        await page.ClickAsync("a[href^='#table-7']");
        await page.WaitForFunctionAsync("Math.abs(document.querySelector('h2[id^=table-7]').getBoundingClientRect().top) < 60");
        Assert.That(await page.EvaluateAsync<string>("location.hash"), Does.StartWith("#table-7"));
    }

    [Test]
    public async Task Page_WideTable_KeepsItsNamesInSight()
    {
        var (page, _) = await Open(375, ColorScheme.Light);
        var left = await page.EvaluateAsync<double[]>(
            """
            (() => {
                const box = document.querySelector('.wide');
                box.scrollLeft = 200;
                return [box.scrollLeft, box.querySelector('tbody th').getBoundingClientRect().left - box.getBoundingClientRect().left];
            })()
            """);
        Assert.Multiple(() =>
        {
            Assert.That(left[0], Is.EqualTo(200));
            Assert.That(left[1], Is.LessThan(3));
        });
    }

    [Test]
    public async Task Page_OnPaper_HasPages()
    {
        var (page, _) = await Open(1280, ColorScheme.Light);
        var pdf = await page.PdfAsync(new() { Format = "A4", PrintBackground = true });
        await ChromiumBrowser.Keep(pdf, "report.pdf");
        Assert.That(System.Text.Encoding.Latin1.GetString(pdf).Split("/Type /Page\n"), Has.Length.InRange(4, 40));
    }

    // Text and tables that reach beyond the screen, other than inside a box that scrolls.
    private const string Buried =
        """
        [...document.querySelectorAll('main *')]
            .filter(e => !e.closest('.wide, pre') && e.getBoundingClientRect().right > window.innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 80))
        """;

    private async Task<(IPage Page, List<string> Complaints)> Open(int width, ColorScheme scheme)
    {
        var page = await _browser!.Browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        var address = new Uri(_page).AbsoluteUri;
        page.Request += (_, request) =>
        {
            if (request.Url != address && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                complaints.Add($"asks for {request.Url}");
        };
        await page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Load });
        return (page, complaints);
    }
}
