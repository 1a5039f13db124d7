using PaperBenchmark.Report;
using Spectre.Console;

namespace PaperBenchmark.Tests.Report;

public sealed class TableScreenTests
{
    private static readonly ReportTable Wide = new()
    {
        Id = "table-1",
        Title = "Table 1",
        Caption = "",
        Columns = ["unknown images", .. Enumerable.Range(1, 12).Select(i => $"FPR95 number {i}")],
        Rows = [["rademacher-noise", .. Enumerable.Range(1, 12).Select(i => $"{i:D2}.5 ± 27.9")], ["[red]blobs[/]", .. Enumerable.Repeat("–", 12)]],
        Command = "",
    };

    [TestCase(40)]
    [TestCase(60)]
    [TestCase(80)]
    [TestCase(300)]
    public void Show_NarrowScreen_TearsNoFigureAndNoName(int width)
    {
        var lines = Shown(Wide, width);
        Assert.Multiple(() =>
        {
            foreach (var cell in Wide.Rows[0].Skip(1))
                Assert.That(lines.Count(line => line.Contains(cell, StringComparison.Ordinal)), Is.EqualTo(1), cell);
            Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(width));
            Assert.That(lines, Has.Some.Contains("[red]blobs[/]"), "no mark-up");
            Assert.That(lines.Where(line => line.Contains("± 27.9", StringComparison.Ordinal)), Is.All.Contains("rademacher-noise"), "each part has the names");
        });
    }

    [Test]
    public void Show_WideScreen_IsOneTable()
        => Assert.That(Shown(Wide, 300).Count(line => line.StartsWith('╭')), Is.EqualTo(1));

    [Test]
    public void Show_NoRows_ShowsTheHeads()
        => Assert.That(Shown(Wide with { Rows = [], Columns = ["run", "folder"] }, 80), Has.Some.Contains("folder"));

    private static List<string> Shown(ReportTable table, int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        TableScreen.Show(table, console);
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd())];
    }
}
