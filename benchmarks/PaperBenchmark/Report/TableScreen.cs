using Spectre.Console;

namespace PaperBenchmark.Report;

/// <summary>A table on the screen. One that is too wide for it is shown in parts, each with the names again, so that no figure is torn.</summary>
internal static class TableScreen
{
    // A column's frame and the blanks beside its text, and the frame at the end.
    private const int ColumnFrame = 3, TableFrame = 1;

    /// <summary>Shows the cells of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="console">The screen; null for the program's own.</param>
    public static void Show(ReportTable table, IAnsiConsole? console = null)
    {
        console ??= AnsiConsole.Console;
        int[] widths = [.. table.Columns.Select((_, i) => Width(table, i))];
        foreach (var part in Parts(widths, console.Profile.Width))
            console.Write(Part(table, widths, part));
    }

    /// <summary>Which columns stand together, besides the first.</summary>
    private static IEnumerable<int[]> Parts(int[] widths, int screen)
    {
        var part = new List<int>();
        var used = TableFrame + widths[0] + ColumnFrame;
        foreach (var (i, width) in widths.Index().Skip(1))
        {
            if (part.Count > 0 && used + width + ColumnFrame > screen)
            {
                yield return [.. part];
                part.Clear();
                used = TableFrame + widths[0] + ColumnFrame;
            }

            part.Add(i);
            used += width + ColumnFrame;
        }

        yield return [.. part];
    }

    private static Table Part(ReportTable table, int[] widths, int[] part)
    {
        var screen = new Table().Border(TableBorder.Rounded).AddColumn(Markup.Escape(table.Columns[0]));
        foreach (var i in part)
            screen.AddColumn(new TableColumn(Markup.Escape(table.Columns[i])) { Width = widths[i] }.RightAligned());
        foreach (var row in table.Rows)
            screen.AddRow([Markup.Escape(row[0]), .. part.Select(i => Markup.Escape(row[i]))]);
        return screen;
    }

    // Heads may break between their words; figures may not.
    private static int Width(ReportTable table, int column)
        => table.Rows.Select(row => row[column].GetCellWidth()).Concat(table.Columns[column].Split(' ').Select(word => word.GetCellWidth())).Max();
}
