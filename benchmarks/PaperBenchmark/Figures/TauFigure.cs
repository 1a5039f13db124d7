using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Shared.Plots;

namespace PaperBenchmark.Figures;

/// <summary>Figure 5 of the paper: what τ does to FPR95, for each out-of-distribution set and in the mean.</summary>
internal static class TauFigure
{
    private const int Width = 860, Height = 500;

    // Two figures side by side need τ of this ratio.
    private const double Near = 1.4;

    /// <summary>The picture. A τ that a set lacks is a gap in that set's line and in the mean's.</summary>
    /// <param name="curves">One for each set.</param>
    /// <param name="crossEntropy">The mean FPR95 of cross-entropy over the same sets, in [0, 1]; null if it is not known.</param>
    public static PlotPanels Plot(IReadOnlyList<TauCurve> curves, double? crossEntropy) => new()
    {
        Title = "FPR95 by the temperature τ of the LogitNorm loss",
        Panels = [Model(curves, crossEntropy)],
        ColumnWidths = [Width],
        RowHeight = Height,
    };

    private static PlotModel Model(IReadOnlyList<TauCurve> curves, double? crossEntropy)
    {
        double[] taus = [.. curves.SelectMany(curve => curve.Points).Select(point => point.Tau).Distinct().Order()];
        var model = ReportStyle.Plot("lower is better");
        model.TitleFontSize = 12;
        model.TitleFontWeight = FontWeights.Normal;
        model.Axes.Add(new TauAxis(taus).Styled());
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = "FPR95 (%)",
            Minimum = 0,
            Maximum = 105,
            MajorStep = 20,
            MinorStep = 10,
            LabelFormatter = value => value.ToString("0", CultureInfo.InvariantCulture),
        }.Styled());
        model.Legends.Add(ReportStyle.Legend(LegendPosition.BottomCenter));

        foreach (var (i, curve) in curves.Index())
            model.Series.Add(Line(curve.Set, OxyColor.FromAColor(170, ReportPalette.Set(i + 1)), 1.3, taus.Select(tau => (tau, At(curve, tau)))));
        (double Tau, double? Fpr95)[] means = [.. taus.Select(tau => (tau, Mean(curves, tau)))];
        var mean = Line($"mean of {curves.Count} sets", ReportPalette.Blue, 3.5, means);
        mean.MarkerSize = 5;
        model.Series.Add(mean);
        foreach (var label in Labels(means))
            model.Annotations.Add(label);
        if (crossEntropy is { } reference)
        {
            model.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Horizontal,
                Y = 100 * reference,
                Color = OxyColors.Black,
                LineStyle = LineStyle.Dash,
            });
            var text = string.Create(CultureInfo.InvariantCulture, $"cross-entropy, mean: {100 * reference:F1}");
            model.Annotations.Add(Label(text, new(model.Axes[0].Minimum * 1.02, 100 * reference), above: true, HorizontalAlignment.Left));
        }

        return model;
    }

    // Above the points; below where the one before is so near that its figure takes the place.
    private static IEnumerable<TextAnnotation> Labels(IEnumerable<(double Tau, double? Fpr95)> means)
    {
        var (before, above) = (0.0, false);
        foreach (var (tau, mean) in means)
        {
            if (mean is not { } fpr)
                continue;
            above = !above || tau > Near * before;
            before = tau;
            yield return Label((100 * fpr).ToString("F1", CultureInfo.InvariantCulture), new(tau, 100 * fpr), above, HorizontalAlignment.Center);
        }
    }

    private static TextAnnotation Label(string text, DataPoint at, bool above, HorizontalAlignment alignment) => new()
    {
        Text = text,
        TextPosition = at,
        TextHorizontalAlignment = alignment,
        TextVerticalAlignment = above ? VerticalAlignment.Bottom : VerticalAlignment.Top,
        Offset = new(0, above ? -8 : 8),
        Padding = new(1),
        Background = OxyColor.FromAColor(190, OxyColors.White),
        StrokeThickness = 0,
    };

    private static double? At(TauCurve curve, double tau) => curve.Points.FirstOrDefault(point => point.Tau == tau).Fpr95;

    // The mean of fewer sets is the mean of something else.
    private static double? Mean(IReadOnlyList<TauCurve> curves, double tau)
        => curves.Select(curve => At(curve, tau)).ToArray() is var values && values.All(value => value is not null) ? values.Average() : null;

    private static LineSeries Line(string title, OxyColor color, double thickness, IEnumerable<(double Tau, double? Fpr95)> points)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = color,
            StrokeThickness = thickness,
            MarkerType = MarkerType.Circle,
            MarkerSize = 3,
            MarkerFill = color,
            MinimumSegmentLength = 0,
        };
        line.Points.AddRange(points.Select(point => new DataPoint(point.Tau, 100 * point.Fpr95 ?? double.NaN)));
        return line;
    }
}
