using System.Globalization;
using Microsoft.ML.LogitNorm;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Shared.Plots;

namespace CompareScores.Report;

/// <summary>
/// Draws confidence against accuracy, before and after temperature scaling, as Figure 4 of Guo et al., "On Calibration of Modern Neural Networks".
/// </summary>
internal static class ReliabilityDiagram
{
    private const int PanelWidth = 520, PanelHeight = 560;
    private const string Shares = "shares";

    /// <summary>Name of a model's file.</summary>
    public static string FileName(ModelOption model, string extension) => $"reliability-{model.FileName}.{extension}";

    /// <summary>Writes a model's diagram as PNG and as SVG.</summary>
    public static void Write(string folder, ModelResult result)
        => new PlotPanels
        {
            Title = $"{result.Model.Name}: can its confidence be taken at its word?",
            Panels =
            [
                Panel("As trained", result.Calibration.Before),
                Panel($"At temperature {result.Calibration.Temperature.ToString("G3", CultureInfo.InvariantCulture)}", result.Calibration.After),
            ],
            ColumnWidths = [PanelWidth, PanelWidth],
            RowHeight = PanelHeight,
        }.Write(Path.Combine(folder, FileName(result.Model, "png")), Path.Combine(folder, FileName(result.Model, "svg")));

    private static PlotModel Panel(string title, CalibrationMetrics metrics)
    {
        var model = ReportStyle.Plot(
            title,
            string.Create(
                CultureInfo.InvariantCulture,
                $"ECE {metrics.ExpectedCalibrationError:P1}   MCE {metrics.MaximumCalibrationError:P1}   "
                + $"NLL {metrics.NegativeLogLikelihood:F3}   Brier {metrics.BrierScore:F3}"));
        model.Axes.Add(Axis(AxisPosition.Bottom, "confidence", null));
        // Two plots over one axis: accuracy above, how many images below.
        model.Axes.Add(Axis(AxisPosition.Left, "accuracy", "accuracy", start: 0.27));
        model.Axes.Add(Axis(AxisPosition.Left, "images (%)", Shares, end: 0.2));
        model.Legends.Add(ReportStyle.Legend(LegendPosition.BottomCenter));

        ReliabilityBin[] filled = [.. metrics.Bins.Where(bin => bin.Count > 0)];
        // A bar reaches up to the accuracy. The gap to the mean confidence stands on top of it, or covers its upper part.
        model.Series.Add(Bars("accuracy", ReportPalette.Sky, "accuracy", filled.Select(bin => (bin, 0.0, bin.Accuracy!.Value))));
        model.Series.Add(Bars(
            "too sure by", OxyColor.FromAColor(110, ReportPalette.Vermilion), "accuracy",
            filled.Select(bin => (bin, bin.Accuracy!.Value, bin.Confidence!.Value))));
        model.Series.Add(Bars(
            "not sure enough by", OxyColor.Interpolate(OxyColors.White, ReportPalette.Green, 0.43), "accuracy",
            filled.Select(bin => (bin, bin.Confidence!.Value, bin.Accuracy!.Value))));
        model.Series.Add(Bars(null, OxyColors.Gray, Shares, filled.Select(bin => (bin, 0.0, Share(bin)))));
        foreach (var bin in filled)
            model.Annotations.Add(new TextAnnotation
            {
                Text = Short(bin.Count),
                TextPosition = new((bin.LowerBound + bin.UpperBound) / 2, Share(bin)),
                YAxisKey = Shares,
                FontSize = 9,
                StrokeThickness = 0,
                TextVerticalAlignment = VerticalAlignment.Bottom,
            });
        model.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.LinearEquation,
            Slope = 1,
            Color = OxyColors.Black,
            LineStyle = LineStyle.Dash,
            YAxisKey = "accuracy",
        });
        return model;

        double Share(ReliabilityBin bin) => (double)bin.Count / metrics.Count;
    }

    private static RectangleBarSeries Bars(string? title, OxyColor color, string axis, IEnumerable<(ReliabilityBin Bin, double From, double To)> bars)
    {
        var series = new RectangleBarSeries
        {
            Title = title,
            FillColor = color,
            StrokeColor = color.A == 255 ? OxyColors.White : OxyColor.FromAColor(255, color),
            StrokeThickness = 0.8,
            YAxisKey = axis,
            RenderInLegend = title is not null,
        };
        foreach (var (bin, from, to) in bars.Where(bar => bar.To > bar.From))
            series.Items.Add(new(bin.LowerBound, from, bin.UpperBound, to));
        return series;
    }

    private static LinearAxis Axis(AxisPosition position, string title, string? key, double start = 0, double end = 1) => new LinearAxis
    {
        Position = position,
        Title = title,
        Key = key,
        StartPosition = start,
        EndPosition = end,
        Minimum = 0,
        Maximum = key == Shares ? 1.12 : 1,   // room for the count above a full bar
        MajorStep = key == Shares ? 0.5 : 0.2,
        LabelFormatter = value => (100 * value).ToString("0", CultureInfo.InvariantCulture) + (key == Shares ? "" : " %"),
        MinorTickSize = 0,
    }.Styled();

    private static string Short(long count)
        => count < 10_000 ? count.ToString(CultureInfo.InvariantCulture) : (count / 1000.0).ToString("0.#k", CultureInfo.InvariantCulture);
}
