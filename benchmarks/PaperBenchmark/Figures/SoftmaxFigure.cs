using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Shared.Plots;
using SkiaSharp;

namespace PaperBenchmark.Figures;

/// <summary>
/// Figure 2 of the paper: softmax outputs of an in-distribution and an out-of-distribution image, a row for each image and a column for each loss.
/// </summary>
internal static class SoftmaxFigure
{
    private const int PictureWidth = 220, PanelWidth = 400, RowHeight = 330, PictureSide = 160, MostBars = 12, ClassNameLength = 16, PictureNameLength = 21;

    /// <summary>The picture. Of more than twelve classes, those are shown that some network finds likeliest, and the rest as one bar.</summary>
    /// <param name="losses">Names of the losses, as many as each example has softmax outputs.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="examples">The images, from top to bottom.</param>
    public static PlotPanels Plot(IReadOnlyList<string> losses, IReadOnlyList<string> classes, IReadOnlyList<SoftmaxExample> examples) => new()
    {
        Title = "Softmax output of one in-distribution and one out-of-distribution image",
        Panels = [.. examples.SelectMany(example => Row(losses, classes, example))],
        ColumnWidths = [PictureWidth, .. losses.Select(_ => PanelWidth)],
        RowHeight = RowHeight,
    };

    private static IEnumerable<PlotModel> Row(IReadOnlyList<string> losses, IReadOnlyList<string> classes, SoftmaxExample example)
    {
        yield return Picture(example);
        var shown = Shown(classes.Count, example);
        foreach (var (loss, softmax) in losses.Zip(example.Softmax))
            yield return Bars(loss, classes, shown, softmax, example.Label);
    }

    private static int[] Shown(int classes, SoftmaxExample example) => classes <= MostBars
        ? [.. Enumerable.Range(0, classes)]
        : [.. Enumerable.Range(0, classes)
            .OrderByDescending(c => c == example.Label ? float.PositiveInfinity : example.Softmax.Max(softmax => softmax[c]))
            .Take(MostBars - 1)
            .Order()];

    private static PlotModel Picture(SoftmaxExample example)
    {
        // A column as narrow as a picture takes two short lines.
        var model = ReportStyle.Plot(string.Join(":\n", example.Title.Split(": ", 2).Select(line => Short(line, PictureNameLength))));
        model.PlotAreaBorderThickness = new(0);
        model.Padding = new(8, 4, 8, 48);   // as much below as the neighbours' axes take
        model.TitleHorizontalAlignment = TitleHorizontalAlignment.CenteredWithinView;
        model.Axes.Add(Hidden(AxisPosition.Bottom));
        model.Axes.Add(Hidden(AxisPosition.Left));
        model.Annotations.Add(new ImageAnnotation
        {
            ImageSource = new(Png(example)),
            X = new(0.5, PlotLengthUnit.RelativeToPlotArea),
            Y = new(0.5, PlotLengthUnit.RelativeToPlotArea),
            Width = new(PictureSide, PlotLengthUnit.ScreenUnits),
            Height = new(PictureSide, PlotLengthUnit.ScreenUnits),
            Interpolate = false,
        });
        return model;
    }

    private static LinearAxis Hidden(AxisPosition position) => new() { Position = position, Minimum = 0, Maximum = 1, IsAxisVisible = false };

    private static PlotModel Bars(string loss, IReadOnlyList<string> classes, int[] shown, float[] softmax, int? label)
    {
        var model = ReportStyle.Plot(loss);
        var names = new CategoryAxis { Position = AxisPosition.Left, GapWidth = 0.35, StartPosition = 1, EndPosition = 0, MajorTickSize = 0 }.Styled();
        names.MajorGridlineStyle = LineStyle.None;
        names.Labels.AddRange(shown.Select(c => Short(classes[c], ClassNameLength)));
        // Bars of all panels are to be compared, and the longest needs room for its figure.
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "softmax (%)",
            Minimum = 0,
            Maximum = 119,
            MajorStep = 20,
            LabelFormatter = value => value > 100 ? "" : value.ToString("0", CultureInfo.InvariantCulture),
            MinorTickSize = 0,
        }.Styled());
        var bars = new BarSeries
        {
            LabelPlacement = LabelPlacement.Outside,
            LabelFormatString = "{0:0.0}",
            FontSize = 11,
            FillColor = ReportPalette.Sky,
            StrokeThickness = 0,
        };
        bars.Items.AddRange(shown.Select(c => new BarItem(100 * softmax[c]) { Color = c == label ? ReportPalette.Blue : ReportPalette.Sky }));
        if (shown.Length < classes.Count)
        {
            names.Labels.Add($"{classes.Count - shown.Length} others");
            bars.Items.Add(new(100 * Enumerable.Range(0, classes.Count).Except(shown).Sum(c => softmax[c])) { Color = ReportPalette.Gray });
        }

        model.Axes.Add(names);
        model.Series.Add(bars);
        return model;
    }

    private static string Short(string name, int most) => name.Length <= most ? name : name[..(most - 1)] + "…";

    // Enlarged by whole pixels here, since viewers of SVG would blur them.
    private static byte[] Png(SoftmaxExample example)
    {
        var (size, plane) = (example.Size, example.Size * example.Size);
        var scale = Math.Max(1, 2 * PictureSide / size);
        using var bitmap = new SKBitmap(size * scale, size * scale);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
            {
                var at = y / scale * size + x / scale;
                bitmap.SetPixel(x, y, new(example.Pixels[at], example.Pixels[plane + at], example.Pixels[2 * plane + at]));
            }
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
