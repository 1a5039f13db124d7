using System.CommandLine;
using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Shared.Plots;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Growth;

/// <summary>The command <c>growth</c>: how cost grows with image size, classes, rows and bank, as a table and as log-log plots.</summary>
internal static class GrowthCommand
{
    public const string Name = "growth";

    private const int Width = 520, Height = 380;

    public static System.CommandLine.Command Create()
    {
        var rounds = CountOption.Create("--rounds", "How often each size is measured; the middle one is told.", 5);
        var output = new Option<DirectoryInfo>("--output", "-o")
        {
            Description = "Where growth.png and growth.svg are written.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new(Path.Combine("artifacts", "performance")),
        };
        var command = new System.CommandLine.Command(
            Name, "Measures how cost grows with image size, classes, rows and rows learned from, and plots it.")
        {
            rounds, output,
        };
        command.SetAction(result =>
        {
            TorchRuntime.EnsureAvailable();
            TorchSharp.torch.manual_seed(1);
            var measurements = new GrowthMeasurements(result.GetValue(rounds));
            Curve[] curves = [.. measurements.ImageSize(), .. measurements.Classes(), .. measurements.Rows(), .. measurements.Bank()];
            Show(curves);
            var folder = result.GetValue(output)!;
            folder.Create();
            Plot(curves).Write(Path.Combine(folder.FullName, "growth.png"), Path.Combine(folder.FullName, "growth.svg"));
            AnsiConsole.WriteLine($"Written: {Path.GetRelativePath(".", Path.Combine(folder.FullName, "growth.png"))} and .svg");
        });
        return command;
    }

    private static void Show(IEnumerable<Curve> curves)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("By", "What", "Size: milliseconds", "Grows with the power");
        foreach (var curve in curves)
            table.AddRow(
                curve.Panel, curve.Name,
                string.Join(", ", curve.Sizes.Zip(curve.Milliseconds, (size, time) => string.Create(CultureInfo.InvariantCulture, $"{size:#,0}: {time:G3}"))),
                curve.Exponent.ToString("0.00", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
    }

    private static PlotPanels Plot(IEnumerable<Curve> curves) => new()
    {
        Title = "How cost grows",
        Panels = [.. curves.GroupBy(curve => curve.Panel).Select(panel => Model(panel.Key, panel))],
        ColumnWidths = [Width, Width],
        RowHeight = Height,
    };

    private static PlotModel Model(string panel, IEnumerable<Curve> curves)
    {
        var model = ReportStyle.Plot($"By {panel}");
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = panel, LabelFormatter = Number }.Styled());
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "milliseconds", LabelFormatter = Number }.Styled());
        model.Legends.Add(ReportStyle.Legend(LegendPosition.BottomCenter));
        foreach (var (i, curve) in curves.Index())
        {
            var line = new LineSeries
            {
                Title = curve.Name,
                Color = ReportPalette.Set(i),
                MarkerType = MarkerType.Circle,
                MarkerSize = 3,
                MarkerFill = ReportPalette.Set(i),
            };
            line.Points.AddRange(curve.Sizes.Zip(curve.Milliseconds, (size, time) => new DataPoint(size, time)));
            model.Series.Add(line);
        }
        return model;
    }

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);
}
