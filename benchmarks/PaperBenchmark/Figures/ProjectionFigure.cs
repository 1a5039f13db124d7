using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Shared.Plots;

namespace PaperBenchmark.Figures;

/// <summary>Figure 3 of the paper: softmax outputs on a plane, coloured by class, one panel for each loss. By PCA, where the paper has t-SNE.</summary>
internal static class ProjectionFigure
{
    private const int PanelWidth = 560, PanelHeight = 560, MostPoints = 1000;

    /// <summary>The picture. Of each set at most 1,000 images are drawn, by lot; of more than ten classes all have one colour.</summary>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="unknownName">Name of the out-of-distribution images' set.</param>
    /// <param name="panels">One for each loss.</param>
    public static PlotPanels Plot(IReadOnlyList<string> classes, string unknownName, IReadOnlyList<ProjectionPanel> panels) => new()
    {
        Title = "Softmax outputs on a plane (PCA, not t-SNE)",
        Panels = [.. panels.Select(panel => Model(classes, unknownName, panel))],
        ColumnWidths = [.. panels.Select(_ => PanelWidth)],
        RowHeight = PanelHeight,
    };

    private static PlotModel Model(IReadOnlyList<string> classes, string unknownName, ProjectionPanel panel)
    {
        var (known, unknown) = SoftmaxProjection.Project(panel.Known, panel.Unknown);
        var (x, y) = (Range([.. known, .. unknown], point => point.X), Range([.. known, .. unknown], point => point.Y));
        var model = ReportStyle.Plot(panel.Title);
        model.PlotType = PlotType.Cartesian;   // a distance is as long in one direction as in the other
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "first principal component", Minimum = x.Low, Maximum = x.High }.Styled());
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "second principal component", Minimum = y.Low, Maximum = y.High }.Styled());
        model.Legends.Add(ReportStyle.Legend(LegendPosition.BottomCenter));

        // The out-of-distribution ones first and larger: they stay in sight under the others, and do not bury them.
        model.Series.Add(Crosses($"{unknownName} (unknown)", Thinned(unknown.Length).Select(row => unknown[row])));
        var drawn = Thinned(known.Length);
        if (classes.Count <= ReportPalette.Classes.Count)
        {
            for (var c = 0; c < classes.Count; c++)
                model.Series.Add(Dots(classes[c], ReportPalette.Classes[c], drawn.Where(row => panel.Labels[row] == c).Select(row => known[row])));
        }
        else
        {
            model.Series.Add(Dots($"known: {classes.Count} classes", ReportPalette.Blue, drawn.Select(row => known[row])));
        }

        return model;
    }

    private static ScatterSeries Dots(string title, OxyColor color, IEnumerable<(double X, double Y)> points)
        => Points(new()
        {
            Title = title,
            MarkerType = MarkerType.Circle,
            MarkerSize = 2.8,
            MarkerFill = OxyColor.FromAColor(180, color),
            MarkerStrokeThickness = 0,
        }, points);

    // Another shape, not another colour only.
    private static ScatterSeries Crosses(string title, IEnumerable<(double X, double Y)> points)
        => Points(new()
        {
            Title = title,
            MarkerType = MarkerType.Cross,
            MarkerSize = 4,
            MarkerStroke = OxyColor.FromAColor(130, OxyColors.Black),
            MarkerStrokeThickness = 0.8,
        }, points);

    private static ScatterSeries Points(ScatterSeries series, IEnumerable<(double X, double Y)> points)
    {
        series.Points.AddRange(points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).Select(point => new ScatterPoint(point.X, point.Y)));
        return series;
    }

    // By lot, the same each time: every so many-th could be of the same few classes.
    private static int[] Thinned(int rows)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(1).Shuffle(order);
        return order[..Math.Min(rows, MostPoints)];
    }

    private static (double Low, double High) Range(IReadOnlyList<(double X, double Y)> points, Func<(double X, double Y), double> coordinate)
    {
        double[] values = [.. points.Select(coordinate).Where(double.IsFinite).DefaultIfEmpty(0)];
        var room = Math.Max(0.05 * (values.Max() - values.Min()), 1e-3);
        return (values.Min() - room, values.Max() + room);
    }
}
