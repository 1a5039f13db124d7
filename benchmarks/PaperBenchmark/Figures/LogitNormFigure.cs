using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Shared.Plots;

namespace PaperBenchmark.Figures;

/// <summary>Figure 1 of the paper: how the mean logit norm ‖f(x)‖₂ grows in training, one panel for each loss.</summary>
internal static class LogitNormFigure
{
    private const int PanelWidth = 520, PanelHeight = 400;

    // Beyond it the lower panel's lines would lie on its floor.
    private const double MostSharedRatio = 4;

    // Each of them still differs from the others in a black and white print.
    private static readonly LineStyle[] Lines = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot, LineStyle.DashDot];
    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>The picture. All panels have one scale, unless their norms are too far apart; then each says how far.</summary>
    public static PlotPanels Plot(IReadOnlyList<NormPanel> panels)
    {
        string[] sets = [.. panels.SelectMany(panel => panel.Curves).Select(curve => curve.Set).Distinct()];
        double[] tops = [.. panels.Select(panel => panel.Curves
            .SelectMany(curve => curve.Points)
            .Select(point => point.Norm)
            .Where(double.IsFinite)
            .DefaultIfEmpty(1)
            .Max())];
        var shared = tops.Max() <= MostSharedRatio * tops.Min();
        return new()
        {
            Title = "Mean logit norm in training",
            Panels = [.. panels.Zip(tops, (panel, top) => Model(panel, sets, shared ? tops.Max() : top, shared || panels.Count == 1 ? null : Scale(top)))],
            ColumnWidths = [.. panels.Select(_ => PanelWidth)],
            RowHeight = PanelHeight,
        };
    }

    private static string Scale(double top) => string.Create(CultureInfo.InvariantCulture, $"mind the scale: norms up to {top:G3}");

    private static PlotModel Model(NormPanel panel, string[] sets, double top, string? subtitle)
    {
        var model = ReportStyle.Plot(panel.Title, subtitle);
        var epochs = panel.Curves.SelectMany(curve => curve.Points).Select(point => point.Epoch).DefaultIfEmpty(1).ToArray();
        var (first, last) = (epochs.Min(), epochs.Max());
        // A run of one epoch is a point in the middle; no tick stands between two epochs.
        var room = Math.Max(0.5, 0.02 * (last - first));
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "epoch",
            Minimum = first - room,
            Maximum = last + room,
            MinimumMajorStep = 1,
            MinimumMinorStep = 1,
        }.Styled());
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "mean logit norm", Minimum = 0, Maximum = top > 0 ? 1.08 * top : 1 }.Styled());
        model.Legends.Add(ReportStyle.Legend(LegendPosition.TopCenter));
        foreach (var curve in panel.Curves)
            model.Series.Add(Line(curve, Array.IndexOf(sets, curve.Set)));
        return model;
    }

    private static LineSeries Line(NormCurve curve, int set)
    {
        var line = new LineSeries
        {
            Title = curve.Set,
            Color = ReportPalette.Set(set),
            LineStyle = Lines[set % Lines.Length],
            StrokeThickness = 2.2,
            // Two hundred markers would be a worm.
            MarkerType = curve.Points.Count <= 30 ? Markers[set % Markers.Length] : MarkerType.None,
            MarkerSize = 4,
            MarkerFill = ReportPalette.Set(set),
            MinimumSegmentLength = 0,
        };
        line.Points.AddRange(curve.Points.Select(point => new DataPoint(point.Epoch, double.IsFinite(point.Norm) ? point.Norm : double.NaN)));
        return line;
    }
}
