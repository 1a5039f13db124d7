using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;

namespace Shared.Plots;

/// <summary>How plots, axes and legends look in all pictures.</summary>
public static class ReportStyle
{
    /// <summary>An empty plot.</summary>
    /// <param name="title">What this panel shows and its neighbours do not.</param>
    /// <param name="subtitle">A line under the title.</param>
    public static PlotModel Plot(string title, string? subtitle = null) => new()
    {
        Title = title,
        TitleFontSize = 14,
        Subtitle = subtitle,
        SubtitleFontSize = 12,
        DefaultFont = ReportFont.Family,
        PlotAreaBorderColor = ReportPalette.Frame,
        Padding = new(8, 4, 20, 8),
    };

    /// <summary>Gives an axis pale grid lines and a title that keeps its distance.</summary>
    /// <returns>The same axis.</returns>
    public static T Styled<T>(this T axis)
        where T : Axis
    {
        axis.AxisTitleDistance = 10;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = ReportPalette.Grid;
        axis.TicklineColor = ReportPalette.Frame;
        return axis;
    }

    /// <summary>A legend outside the plot, in one or more lines.</summary>
    public static Legend Legend(LegendPosition position) => new()
    {
        LegendPosition = position,
        LegendOrientation = LegendOrientation.Horizontal,
        LegendPlacement = LegendPlacement.Outside,
    };
}
