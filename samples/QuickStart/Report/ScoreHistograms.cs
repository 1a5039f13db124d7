using ImageData.Plots;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace QuickStart.Report;

/// <summary>Draws how scores are distributed over known and unknown images, one panel per training loss, as Figure 4 of the LogitNorm paper.</summary>
internal static class ScoreHistograms
{
    private const int PanelWidth = 520, PanelHeight = 400, Heading = 44, Bins = 50;

    // Known classes blue; the others far from it and from each other, also for the colour-blind (Okabe and Ito).
    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xB2), OxyColor.FromRgb(0xD5, 0x5E, 0x00), OxyColor.FromRgb(0x00, 0x9E, 0x73),
        OxyColor.FromRgb(0xCC, 0x79, 0xA7), OxyColor.FromRgb(0xE6, 0x9F, 0x00), OxyColor.FromRgb(0x6B, 0x6B, 0x6B),
    ];

    /// <summary>Writes the plot as PNG and as SVG.</summary>
    /// <param name="png">Path of the PNG file.</param>
    /// <param name="svg">Path of the SVG file.</param>
    /// <param name="title">Heading over all panels.</param>
    /// <param name="scoreName">What the x axis shows.</param>
    /// <param name="panels">One per network, drawn side by side; each has its own range of scores.</param>
    public static void Write(string png, string svg, string title, string scoreName, IReadOnlyList<ScorePanel> panels)
    {
        int width = PanelWidth * panels.Count, height = PanelHeight + Heading;
        PlotFile.Write(png, svg, width, height, context => Render(context, title, scoreName, panels));
    }

    private static void Render(IRenderContext context, string title, string scoreName, IReadOnlyList<ScorePanel> panels)
    {
        context.DrawText(
            new(PanelWidth * panels.Count / 2.0, Heading / 2.0 + 4), title, OxyColors.Black, ReportFont.Family, 17, FontWeights.Bold, 0,
            HorizontalAlignment.Center, VerticalAlignment.Middle);
        for (var i = 0; i < panels.Count; i++)
            Model(panels[i], scoreName).Render(context, new OxyRect(i * PanelWidth, Heading, PanelWidth, PanelHeight));
    }

    private static PlotModel Model(ScorePanel panel, string scoreName)
    {
        var model = new PlotModel
        {
            Title = panel.Title,
            TitleFontSize = 14,
            DefaultFont = ReportFont.Family,
            PlotAreaBorderColor = OxyColors.LightGray,
            Padding = new(8, 4, 20, 8),
        };
        var (low, high) = Range(panel);
        model.Axes.Add(Axis(AxisPosition.Bottom, scoreName, low, high));
        model.Axes.Add(Axis(AxisPosition.Left, "share of images (%)", 0, double.NaN));
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopCenter, LegendOrientation = LegendOrientation.Horizontal, LegendPlacement = LegendPlacement.Outside });
        for (var i = 0; i < panel.Series.Count; i++)
            model.Series.Add(Histogram(panel.Series[i], Colors[i % Colors.Length], low, high));
        if (panel.Threshold is { } threshold)
            model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Vertical, X = threshold, Color = OxyColors.Black, LineStyle = LineStyle.Dash });
        return model;
    }

    private static LinearAxis Axis(AxisPosition position, string title, double low, double high) => new()
    {
        Position = position,
        Title = title,
        Minimum = low,
        Maximum = high,
        AxisTitleDistance = 10,
        MaximumPadding = 0.05,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = OxyColor.FromRgb(0xEE, 0xEE, 0xEE),
        TicklineColor = OxyColors.LightGray,
    };

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
