using System.Text;
using System.Text.RegularExpressions;
using Markdig.Helpers;

namespace PaperBenchmark.Report;

/// <summary>The report as Markdown. The HTML report is made of it, so both say the same.</summary>
internal static partial class ReportMarkdown
{
    private const string Settings = "Settings";

    /// <param name="content">The report.</param>
    /// <param name="linkTo">What a figure's link points at, given the figure.</param>
    public static string Text(ReportContent content, Func<ReportFigure, string> linkTo)
    {
        var text = new StringBuilder();
        Block($"# {Escape(content.Title)}");
        if (content.Banner is { } banner)
            Block($"> **{Escape(banner)}**");
        foreach (var paragraph in content.Summary)
            Block(Prose(paragraph));
        string[] headings = [.. content.Tables.Select(table => table.Title), .. content.Figures.Select(figure => figure.Title), Settings, content.Runs.Title];
        Block(string.Join('\n', headings.Select(heading => $"- [{Escape(heading)}](#{Anchor(heading)})")));
        foreach (var table in content.Tables)
            Table(table);
        foreach (var figure in content.Figures)
            Figure(figure);
        Block($"## {Settings}");
        Rows(["setting", "value"], content.Settings.Select(setting => (IReadOnlyList<string>)[setting.Name, setting.Value]));
        Table(content.Runs);
        Block("All of it again:");
        Code(content.Command);
        return text.ToString();

        void Block(string block) => text.Append(block).Append("\n\n");

        void Code(string command) => Block($"```\n{command}\n```");

        void Rows(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
        {
            Line(heads.Select(Escape));
            // Names to the left, figures to the right.
            Line(heads.Select((_, i) => i == 0 ? "---" : "--:"));
            foreach (var row in rows)
                Line(row.Select(Escape));
            text.Append('\n');
        }

        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

        void Table(ReportTable table)
        {
            Block($"## {Escape(table.Title)}");
            Block(Prose(table.Caption));
            if (table.Rows.Count > 0)
                Rows(table.Columns, table.Rows);
            Notes(table.Notes);
            Code(table.Command);
        }

        void Figure(ReportFigure figure)
        {
            Block($"## {Escape(figure.Title)}");
            if (figure.Png is not null)
                Block($"![{Escape($"{figure.Title}. {figure.Caption}")}](<{linkTo(figure)}>)");
            Block(Prose(figure.Caption));
            Notes(figure.Notes);
            Code(figure.Command);
        }

        void Notes(IReadOnlyList<string> notes)
        {
            if (notes.Count > 0)
                Block(string.Join('\n', notes.Select(note => $"- {Prose(note)}")));
        }
    }

    /// <summary>Where a link to a heading points: what GitHub makes of the heading, and Markdig with its option for that.</summary>
    public static string Anchor(string heading) => LinkHelper.UrilizeAsGfm(heading);

    // Whatever Markdown or HTML would read as a mark stands for itself.
    private static string Escape(string text) => Marks().Replace(text.ReplaceLineEndings(" "), @"\$0");

    // Sentences: commands between back-ticks stay commands, and a first word is no list's number or dash.
    private static string Prose(string text)
        => ListStart().Replace(
            text.Split('`') is { Length: var parts } split && parts % 2 == 1
                ? string.Concat(split.Select((part, i) => i % 2 == 0 ? Escape(part) : $"`{part.ReplaceLineEndings(" ")}`"))
                : Escape(text),
            @"$1\$2");

    [GeneratedRegex(@"[\\`*_{}\[\]<>#|~^$&!]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"^(\s*\d*)([-+=.)])(?=\s)")]
    private static partial Regex ListStart();
}
