using OxyPlot;

namespace Shared.Plots;

/// <summary>A picture of several plots: rows of panels under one heading.</summary>
public sealed record PlotPanels
{
    private const int HeadingHeight = 44, MarkHeight = 22, Margin = 16;
    private const double HeadingSize = 17, MarkSize = 13;

    /// <summary>The heading over all panels.</summary>
    public required string Title { get; init; }

    /// <summary>A warning under the heading that stays with the picture wherever it is copied to, such as "smoke: not results"; null for none.</summary>
    public string? Mark { get; init; }

    /// <summary>The plots, row by row; the last row may be shorter.</summary>
    public required IReadOnlyList<PlotModel> Panels { get; init; }

    /// <summary>The width of each column; there are as many panels in a row.</summary>
    public required IReadOnlyList<int> ColumnWidths { get; init; }

    /// <summary>The height of each row.</summary>
    public required int RowHeight { get; init; }

    /// <summary>Width of the picture in units of OxyPlot.</summary>
    public int Width => ColumnWidths.Sum();

    /// <summary>Height of the picture in the same units.</summary>
    public int Height => Top + RowHeight * ((Panels.Count + ColumnWidths.Count - 1) / ColumnWidths.Count);

    private int Top => HeadingHeight + (Mark is null ? 0 : MarkHeight);

    /// <summary>Writes the picture twice.</summary>
    /// <param name="png">Path of the PNG file.</param>
    /// <param name="svg">Path of the SVG file.</param>
    public void Write(string png, string svg) => PlotFile.Write(png, svg, Width, Height, Render);

    private void Render(IRenderContext context)
    {
        Line(context, Title, HeadingHeight / 2.0 + 4, HeadingSize, OxyColors.Black);
        if (Mark is not null)
            Line(context, Mark, HeadingHeight + MarkHeight / 2.0 - 4, MarkSize, ReportPalette.Vermilion);
        for (var i = 0; i < Panels.Count; i++)
        {
            var (row, column) = Math.DivRem(i, ColumnWidths.Count);
            Panels[i].Render(context, new(ColumnWidths.Take(column).Sum(), Top + row * RowHeight, ColumnWidths[column], RowHeight));
        }
    }

    // A line that is too long gets smaller letters: cut off it would say something else.
    private void Line(IRenderContext context, string text, double y, double size, OxyColor color)
    {
        var wide = context.MeasureText(text, ReportFont.Family, size, FontWeights.Bold).Width;
        context.DrawText(
            new(Width / 2.0, y), text, color, ReportFont.Family, size * Math.Min(1, (Width - 2 * Margin) / Math.Max(1, wide)), FontWeights.Bold, 0,
            HorizontalAlignment.Center, VerticalAlignment.Middle);
    }
}
