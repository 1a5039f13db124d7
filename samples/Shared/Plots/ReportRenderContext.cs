using OxyPlot;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Shared.Plots;

/// <summary>OxyPlot's Skia drawing, with text in <see cref="ReportFont"/> instead of a font of the machine.</summary>
public sealed class ReportRenderContext : SkiaRenderContext, IRenderContext
{
    void IRenderContext.DrawText(
        ScreenPoint p, string text, OxyColor fill, string? fontFamily, double fontSize, double fontWeight, double rotation,
        HorizontalAlignment horizontalAlignment, VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text) || !fill.IsVisible())
            return;
        using var paint = Paint(text, fontSize, fontWeight, fill);
        var lines = text.Split('\n');
        var lineHeight = LineHeight(paint);
        var top = -lineHeight * lines.Length * verticalAlignment switch { VerticalAlignment.Top => 0, VerticalAlignment.Middle => 0.5f, _ => 1 };

        using var restore = new SKAutoCanvasRestore(SkCanvas);
        SkCanvas.Translate((float)p.X, (float)p.Y);
        SkCanvas.RotateDegrees((float)rotation);
        for (var i = 0; i < lines.Length; i++)
        {
            var left = -paint.MeasureText(lines[i]) * horizontalAlignment switch { HorizontalAlignment.Left => 0, HorizontalAlignment.Center => 0.5f, _ => 1 };
            SkCanvas.DrawText(lines[i], left, top + i * lineHeight - paint.FontMetrics.Ascent, paint);
        }
    }

    OxySize IRenderContext.MeasureText(string text, string? fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text))
            return OxySize.Empty;
        using var paint = Paint(text, fontSize, fontWeight, OxyColors.Black);
        var lines = text.Split('\n');
        return new(lines.Max(paint.MeasureText), lines.Length * LineHeight(paint));
    }

    private static SKPaint Paint(string text, double size, double weight, OxyColor color)
        => ReportFont.Paint(text, (float)size, new(color.R, color.G, color.B, color.A), bold: weight > FontWeights.Normal);

    private static float LineHeight(SKPaint paint) => paint.FontMetrics.Descent - paint.FontMetrics.Ascent;
}
