using System.Text;
using System.Text.RegularExpressions;

namespace PaperBenchmark.Report;

/// <summary>The report as Markdown. The HTML report is made of it, so both say the same.</summary>
internal static partial class ReportMarkdown
{
    /// <param name="content">The report.</param>
    /// <param name="linkTo">What a figure's link points at, given the figure.</param>
    public static string Text(ReportContent content, Func<ReportFigure, string> linkTo)
    {
        var text = new StringBuilder();
        Block($"# {Escape(content.Title)}");
        if (content.Banner is { } banner)
            Block($"> **{Escape(banner)}**");
        foreach (var paragraph in content.Summary)
            Block(Escape(paragraph));
        Block(string.Join('\n', content.Tables.Select(table => (table.Id, table.Title)).Concat(content.Figures.Select(figure => (figure.Id, figure.Title))).Append(("settings", "Settings")).Append((content.Runs.Id, content.Runs.Title))
            .Select(entry => $"- [{Escape(entry.Item2)}](#{entry.Item1})")));
        foreach (var table in content.Tables)
            Table(table);
        foreach (var figure in content.Figures)
            Figure(figure);
        Block("## Settings {#settings}");
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
            Block($"## {Escape(table.Title)} {{#{table.Id}}}");
            Block(Escape(table.Caption));
            if (table.Rows.Count > 0)
                Rows(table.Columns, table.Rows);
            Notes(table.Notes);
            Code(table.Command);
        }

        void Figure(ReportFigure figure)
        {
            Block($"## {Escape(figure.Title)} {{#{figure.Id}}}");
            if (figure.Png is not null)
                Block($"![{Escape($"{figure.Title}. {figure.Caption}")}](<{linkTo(figure)}>)");
            Block(Escape(figure.Caption));
            Notes(figure.Notes);
            Code(figure.Command);
        }

        void Notes(IReadOnlyList<string> notes)
        {
            if (notes.Count > 0)
                Block(string.Join('\n', notes.Select(note => $"- {Escape(note)}")));
        }
    }

    // Whatever Markdown or HTML would read as a mark stands for itself; commands between back-ticks stay commands.
    private static string Escape(string text)
        => string.Concat(text.ReplaceLineEndings(" ").Split('`').Select((part, i) => i % 2 == 0 ? Marks().Replace(part, @"\$0") : $"`{part}`"));

    [GeneratedRegex(@"[\\*_{}\[\]<>#|~^$&!]")]
    private static partial Regex Marks();
}
