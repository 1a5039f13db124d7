using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;

namespace PaperBenchmark.Report;

/// <summary>The report as one HTML file that needs nothing else: style and figures stand in it, and there are no scripts.</summary>
internal static partial class ReportPage
{
    // Above this a drawing of many points costs the browser more than a picture of it.
    private const long MostSvgBytes = 1_500_000;

    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .DisableHtml()
        .Build();

    public static string Html(ReportContent content)
    {
        var body = Markdown.ToHtml(ReportMarkdown.Text(content, DataAddress), _pipeline);
        body = RowHeads().Replace(body, "<th scope=\"row\">$1</th>");
        // What is wide scrolls in a box of its own, and not the page; a keyboard reaches the box, and a screen reader says which it is.
        body = Wide().Replace(body, match =>
            $"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{Heading(body, match.Index)}\">{match.Groups["content"].Value}</div>");
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{WebUtility.HtmlEncode(content.Title)}</title>
            <style>
            {Style()}
            </style>
            </head>
            <body>
            <main>
            {body}
            </main>
            </body>
            </html>
            """;
    }

    private static string DataAddress(ReportFigure figure)
        => new FileInfo(figure.Svg!).Length <= MostSvgBytes
            ? $"data:image/svg+xml;base64,{Convert.ToBase64String(File.ReadAllBytes(figure.Svg!))}"
            : $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(figure.Png!))}";

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }

    // The anchor of the heading above.
    private static string Heading(string body, int at)
    {
        const string Start = "<h2 id=\"";
        var id = body.LastIndexOf(Start, at, StringComparison.Ordinal) + Start.Length;
        return body[id..body.IndexOf('"', id)];
    }

    [GeneratedRegex("(?<=<tbody>\\s*<tr>\\s*|</tr>\\s*<tr>\\s*)<td[^>]*>(.*?)</td>", RegexOptions.Singleline)]
    private static partial Regex RowHeads();

    [GeneratedRegex("(?<content><table>.*?</table>)|<p>(?<content><img [^>]*>)</p>", RegexOptions.Singleline)]
    private static partial Regex Wide();
}
