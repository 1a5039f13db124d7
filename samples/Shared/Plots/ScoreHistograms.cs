using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Shared.Plots;

/// <summary>Draws how scores are distributed over known and unknown images, one panel per training loss, as Figure 4 of the LogitNorm paper.</summary>
public static class ScoreHistograms
{
    private const int PanelWidth = 520, PanelHeight = 400, Bins = 50;

    /// <summary>The picture.</summary>
    /// <param name="title">Heading over all panels.</param>
    /// <param name="scoreName">What the x axis shows.</param>
    /// <param name="panels">One per network, drawn side by side; each has its own range of scores.</param>
    public static PlotPanels Plot(string title, string scoreName, IReadOnlyList<ScorePanel> panels) => new()
    {
        Title = title,
        Panels = [.. panels.Select(panel => Model(panel, scoreName))],
        ColumnWidths = [.. panels.Select(_ => PanelWidth)],
        RowHeight = PanelHeight,
    };

    private static PlotModel Model(ScorePanel panel, string scoreName)
    {
        var model = ReportStyle.Plot(panel.Title);
        var (low, high) = Range(panel);
        model.Axes.Add(Axis(AxisPosition.Bottom, scoreName, low, high));
        model.Axes.Add(Axis(AxisPosition.Left, "share of images (%)", 0, double.NaN));
        model.Legends.Add(ReportStyle.Legend(LegendPosition.TopCenter));
        for (var i = 0; i < panel.Series.Count; i++)
            model.Series.Add(Histogram(panel.Series[i], ReportPalette.Set(i), low, high));
        if (panel.Threshold is { } threshold)
            model.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Vertical,
                X = threshold,
                Color = OxyColors.Black,
                LineStyle = LineStyle.Dash,
            });
        return model;
    }

    private static LinearAxis Axis(AxisPosition position, string title, double low, double high)
        => new LinearAxis { Position = position, Title = title, Minimum = low, Maximum = high, MaximumPadding = 0.05 }.Styled();

    private static (double Low, double High) Range(ScorePanel panel)
    {
        var scores = panel.Series.SelectMany(s => s.Scores).Where(float.IsFinite).ToArray();
        if (scores.Length == 0)
            return (0, 1);
        double low = scores.Min(), high = scores.Max();
        return high > low ? (low, high) : (low - 0.5, high + 0.5);
    }

    // A stepped outline over a see-through fill: overlapping sets stay readable.
    private static AreaSeries Histogram(ScoreSeries set, OxyColor color, double low, double high)
    {
        var counts = new int[Bins];
        foreach (var score in set.Scores.Where(float.IsFinite))
            counts[Math.Clamp((int)((score - low) / (high - low) * Bins), 0, Bins - 1)]++;

        var area = new AreaSeries
        {
            Title = $"{set.Name} ({set.Scores.Length:N0})",
            Color = color,
            Color2 = OxyColors.Transparent,
            Fill = OxyColor.FromAColor(60, color),
            StrokeThickness = 1.6,
            MinimumSegmentLength = 0,
        };
        var step = (high - low) / Bins;
        for (var bin = 0; bin < Bins; bin++)
        {
            var share = 100.0 * counts[bin] / Math.Max(1, set.Scores.Length);
            area.Points.Add(new(low + bin * step, share));
            area.Points.Add(new(low + (bin + 1) * step, share));
        }

        return area;
    }
}
