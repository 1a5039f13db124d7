using System.Net;
using System.Text.RegularExpressions;
using PaperBenchmark.Report;

namespace PaperBenchmark.Tests.Report;

public sealed partial class ReportPageTests
{
    private TemporaryFolder _folder;
    private ReportContent _content;
    private string _html;

    [OneTimeSetUp]
    public void SetUp()
    {
        _folder = new();
        _content = ReportSample.Content(_folder);
        _html = ReportPage.Html(_content);
    }

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Html_Page_NeedsNothingElse()
    {
        var addresses = Addresses().Matches(_html).Select(match => match.Groups[1].Value).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(addresses, Is.All.StartsWith("#").Or.StartsWith("data:image/"));
            Assert.That(addresses.Count(address => address.StartsWith("data:image/svg+xml;base64,", StringComparison.Ordinal)), Is.EqualTo(4));
            Assert.That(_html, Does.Not.Contain("<script").And.Not.Contain("@import").And.Not.Contain("url("));
        });
    }

    [Test]
    public void Html_Links_LeadToAnchorsThatStandOnce()
    {
        var ids = Ids().Matches(_html).Select(match => match.Groups[1].Value).ToList();
        var targets = Addresses()
            .Matches(_html)
            .Select(match => match.Groups[1].Value)
            .Where(address => address.StartsWith('#'))
            .Select(address => Uri.UnescapeDataString(address[1..]))
            .ToList();
        Assert.Multiple(() =>
        {
            Assert.That(ids, Is.Unique);
            Assert.That(targets, Is.SubsetOf(ids).And.Count.EqualTo(14));
            Assert.That(Labels().Matches(_html).Select(match => match.Groups[1].Value), Is.SubsetOf(ids).And.Exactly(9 + 4).Items);
        });
    }

    [Test]
    public void Html_TablesAndFigures_AllStandWithHeadsAndDescriptions()
    {
        var headings = Headings().Matches(_html).Select(match => WebUtility.HtmlDecode(match.Groups[2].Value)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(headings, Is.EqualTo((List<string>)
            [
                _content.Title, .. _content.Tables.Select(table => table.Title), .. _content.Figures.Select(figure => figure.Title), "Settings", "Runs",
            ]));
            Assert.That(
                Regex.Count(_html, "<th scope=\"row\">"),
                Is.EqualTo(_content.Tables.Append(_content.Runs).Sum(table => table.Rows.Count) + _content.Settings.Count));
            Assert.That(_html, Does.Contain("alt=\"Figure 1. Mean logit norm. What it shows &quot;in quotes&quot;, of &lt;which&gt; images [and runs].\""));
            Assert.That(_html, Does.Contain("<th scope=\"row\">&lt;b&gt;react&lt;/b&gt;_*90*</th>").And.Contain("knn|K=50"));
            Assert.That(_html, Does.Contain("<html lang=\"en\">").And.Contain("<meta charset=\"utf-8\">").And.Contain("width=device-width"));
        });
    }

    [Test]
    public void Html_HeavyDrawing_IsItsPicture()
    {
        var heavy = _folder.Write("heavy.svg", new byte[1_500_001]);
        var html = ReportPage.Html(_content with { Figures = [_content.Figures[0] with { Svg = heavy }] });
        Assert.That(html, Does.Contain("data:image/png;base64,").And.Not.Contain("data:image/svg"));
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex(" id=\"([^\"]*)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("aria-labelledby=\"([^\"]*)\"")]
    private static partial Regex Labels();

    [GeneratedRegex("<h([12]) id=\"[^\"]*\">(.*?)</h")]
    private static partial Regex Headings();
}
