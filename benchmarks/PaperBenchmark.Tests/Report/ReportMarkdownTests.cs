using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using PaperBenchmark.Report;

namespace PaperBenchmark.Tests.Report;

/// <summary>What a reader of the Markdown gets, told by a parser of Markdown.</summary>
public sealed class ReportMarkdownTests
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    private TemporaryFolder _folder;
    private ReportContent _content;

    [OneTimeSetUp]
    public void SetUp()
    {
        _folder = new();
        _content = ReportSample.Content(_folder);
    }

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Text_EveryTable_StandsWithItsCells()
    {
        var tables = Parsed(_content)
            .Descendants<Table>()
            .Select(table => table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(Plain).ToList()).ToList())
            .ToList();
        ReportTable settings = _content.Runs with
        {
            Columns = ["setting", "value"],
            Rows = [.. _content.Settings.Select(setting => (IReadOnlyList<string>)[setting.Name, setting.Value])],
        };
        Assert.That(tables, Is.EqualTo(_content.Tables.Append(settings).Append(_content.Runs).Select(table => table.Rows.Prepend(table.Columns))));
    }

    [TestCase("a|b")]
    [TestCase("`x|y`")]
    [TestCase("one ` tick")]
    [TestCase("<b>*_~bold~_*</b> &amp; $x$ ![i](j) {#id} \\")]
    [TestCase("line\nbreak")]
    public void Text_NamesWithMarks_StayPlainText(string name)
    {
        var hostile = _content with
        {
            Title = name,
            Tables = [_content.Runs with { Title = name, Columns = [name, "x"], Rows = [[name, "1"], ["2", name]] }],
            Figures = [],
        };
        var parsed = Parsed(hostile);
        var shown = name.ReplaceLineEndings(" ");
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Descendants<HeadingBlock>().Take(2).Select(Plain), Is.EqualTo(new[] { shown, shown }));
            Assert.That(parsed.Descendants<Table>().First().Descendants<TableCell>().Select(Plain), Is.EqualTo(new[] { shown, "x", shown, "1", "2", shown }));
            Assert.That(parsed.Descendants<HtmlBlock>(), Is.Empty);
            Assert.That(parsed.Descendants<HtmlInline>(), Is.Empty);
        });
    }

    [TestCase("1. no list")]
    [TestCase("- no list")]
    [TestCase("# no heading")]
    [TestCase("a lone ` tick | and *stars*")]
    public void Text_Paragraph_StaysAParagraph(string text)
        => Assert.That(Parsed(_content with { Banner = null, Summary = [text] }).OfType<ParagraphBlock>().Select(Plain), Does.Contain(text));

    [Test]
    public void Text_CommandInANote_IsCode()
        => Assert.That(Parsed(_content).Descendants<CodeInline>().Select(code => code.Content), Does.Contain("download isun"));

    [Test]
    public void Text_ContentsList_LeadsToEveryHeading()
    {
        var parsed = Parsed(_content);
        var anchors = parsed.Descendants<HeadingBlock>().Where(heading => heading.Level == 2).Select(heading => "#" + heading.GetAttributes().Id).ToList();
        var links = parsed.Descendants<LinkInline>().Where(link => !link.IsImage).Select(link => link.Url).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(links, Is.EqualTo(anchors).And.Count.EqualTo(_content.Tables.Count + _content.Figures.Count + 2));
            Assert.That(links, Does.Contain("#table-1-cross-entropy-and-logitnorm").And.Contain("#settings"));
        });
    }

    [Test]
    public void Text_Figures_AreLinkedWhereTheyWereDrawn()
        => Assert.That(
            Parsed(_content).Descendants<LinkInline>().Where(link => link.IsImage).Select(link => link.Url),
            Is.EqualTo(Enumerable.Range(1, 4).Select(i => $"figures/figure-{i}.png")));

    [Test]
    public void Text_BannerCaptionsAndCommands_AllStand()
    {
        var parsed = Parsed(_content);
        var paragraphs = parsed.OfType<ParagraphBlock>().Select(Plain).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(
                parsed.OfType<QuoteBlock>().Select(quote => Plain(quote.Single())),
                Is.EqualTo(new[] { "<p><strong>smoke: not results</strong></p>" }).Or.EqualTo(new[] { "smoke: not results" }));
            Assert.That(paragraphs, Is.SupersetOf(_content.Tables.Select(table => table.Caption).Concat(_content.Figures.Select(figure => figure.Caption))));
            Assert.That(
                parsed.Descendants<FencedCodeBlock>().Select(block => block.Lines.ToString()),
                Is.EqualTo(_content.Tables.Select(table => table.Command)
                    .Concat(_content.Figures.Select(figure => figure.Command))
                    .Append(_content.Runs.Command)
                    .Append(_content.Command)));
        });
    }

    private static MarkdownDocument Parsed(ReportContent content)
        => Markdown.Parse(ReportMarkdown.Text(content, figure => $"figures/{Path.GetFileName(figure.Png)}"), Pipeline);

    private static string Plain(MarkdownObject block)
    {
        using var text = new StringWriter();
        var renderer = new HtmlRenderer(text) { EnableHtmlForBlock = false, EnableHtmlForInline = false, EnableHtmlEscape = false };
        Pipeline.Setup(renderer);
        renderer.Render(block);
        return text.ToString().Trim();
    }
}
