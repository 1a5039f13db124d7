using OxyPlot;
using OxyPlot.SkiaSharp;
using Shared.Files;
using SkiaSharp;

namespace Shared.Plots;

/// <summary>Writes one drawing as a PNG and as an SVG file, which look alike on every machine.</summary>
public static class PlotFile
{
    private const float PixelsPerUnit = 2;

    /// <summary>Draws twice, once for each file.</summary>
    /// <param name="png">Path of the PNG file, which has two pixels per unit.</param>
    /// <param name="svg">Path of the SVG file.</param>
    /// <param name="width">Width in units of OxyPlot.</param>
    /// <param name="height">Height in the same units.</param>
    /// <param name="draw">Draws on a white ground.</param>
    public static void Write(string png, string svg, int width, int height, Action<IRenderContext> draw)
    {
        AtomicFile.Write(png, stream =>
        {
            using var surface = SKSurface.Create(new SKImageInfo((int)(width * PixelsPerUnit), (int)(height * PixelsPerUnit)));
            surface.Canvas.Clear(SKColors.White);
            surface.Canvas.Scale(PixelsPerUnit);
            using var context = new ReportRenderContext { SkCanvas = surface.Canvas, RenderTarget = RenderTarget.PixelGraphic };
            draw(context);
            using var image = surface.Snapshot();
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            data.SaveTo(stream);
        });

        AtomicFile.Write(svg, stream =>
        {
            using var canvas = new SKNWayCanvas(1, 1);
            using var measurer = new ReportRenderContext { SkCanvas = canvas };
            using var context = new SvgRenderContext(
                stream, width, height, isDocument: true, measurer, OxyColors.White, useVerticalTextAlignmentWorkaround: true);
            draw(context);
            context.Complete();
            context.Flush();
        });
    }

    /// <summary>Draws a plot into a part of the picture.</summary>
    public static void Render(this PlotModel model, IRenderContext context, OxyRect area)
    {
        IPlotModel plot = model;
        plot.Update(updateData: true);
        plot.Render(context, area);
    }
}
