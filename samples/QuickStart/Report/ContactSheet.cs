using Shared.Files;
using Shared.Plots;
using SkiaSharp;

namespace QuickStart.Report;

/// <summary>Draws images with their verdicts, group by group, so that a person sees at a glance what the detector does.</summary>
internal static class ContactSheet
{
    private const int Columns = 10, Picture = 96, TileWidth = 116, TileHeight = 142, Margin = 24, Frame = 4;
    private const int TitleHeight = 84, GroupHeight = 34, GroupGap = 12;

    private static readonly SKColor Accepted = new(0x1A, 0x8F, 0x5A), Rejected = new(0xC8, 0x35, 0x3B);
    private static readonly SKColor Ink = new(0x22, 0x22, 0x22), Faint = new(0x66, 0x66, 0x66);

    /// <summary>Writes the sheet as a PNG file.</summary>
    public static void Write(string path, string title, IReadOnlyList<SheetGroup> groups)
    {
        const int Width = 2 * Margin + Columns * TileWidth;
        var height = TitleHeight + groups.Sum(HeightOf) + Margin;
        using var surface = SKSurface.Create(new SKImageInfo(Width, height));
        var canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        DrawHeading(canvas, title);

        var top = TitleHeight;
        foreach (var group in groups)
        {
            var right = group.Tiles.Count(t => t.IsRight);
            DrawText(canvas, $"{group.Title}: {right} of {group.Tiles.Count} right", Margin, top + 22, 16, Ink, bold: true);
            for (var i = 0; i < group.Tiles.Count; i++)
                DrawTile(canvas, group.Tiles[i], Margin + i % Columns * TileWidth, top + GroupHeight + i / Columns * TileHeight);
            top += HeightOf(group);
        }

        AtomicFile.Write(path, stream =>
        {
            using var image = surface.Snapshot();
            using var png = image.Encode(SKEncodedImageFormat.Png, 100);
            png.SaveTo(stream);
        });
    }

    private static int HeightOf(SheetGroup group) => GroupHeight + GroupGap + (group.Tiles.Count + Columns - 1) / Columns * TileHeight;

    private static void DrawHeading(SKCanvas canvas, string title)
    {
        DrawText(canvas, title, Margin, 38, 22, Ink, bold: true);
        var x = (float)Margin;
        x = DrawLegendFrame(canvas, x, Accepted, "accepted as the class below");
        x = DrawLegendFrame(canvas, x, Rejected, "none of these (best guess in brackets)");
        DrawCross(canvas, x + 8, 61);
        DrawText(canvas, "wrong", x + 22, 66, 13, Faint);
    }

    private static float DrawLegendFrame(SKCanvas canvas, float x, SKColor color, string text)
    {
        using var frame = new SKPaint { Color = color, Style = SKPaintStyle.Stroke, StrokeWidth = Frame };
        canvas.DrawRect(x + 2, 54, 14, 14, frame);
        return x + 24 + DrawText(canvas, text, x + 24, 66, 13, Faint) + 28;
    }

    private static void DrawTile(SKCanvas canvas, SheetTile tile, int left, int top)
    {
        var color = tile.IsOutOfDistribution ? Rejected : Accepted;
        var x = left + (TileWidth - Picture) / 2;
        var square = SKRect.Create(x, top + Frame, Picture, Picture);
        DrawPicture(canvas, tile.ImagePath, square);
        using var frame = new SKPaint { Color = color, Style = SKPaintStyle.Stroke, StrokeWidth = Frame };
        square.Inflate(Frame / 2, Frame / 2);
        canvas.DrawRect(square, frame);
        if (!tile.IsRight)
            DrawCross(canvas, square.Right - 14, square.Top + 14);   // inside the frame: it belongs to this picture

        var confidence = $" {100 * tile.Confidence:0} %";
        DrawCaption(canvas, tile.IsOutOfDistribution ? "none of these" : tile.Label, "", left, top + Picture + 22, 12, color, bold: true);
        DrawCaption(
            canvas, tile.IsOutOfDistribution ? $"({tile.Label}" : "", tile.IsOutOfDistribution ? $"{confidence})" : confidence,
            left, top + Picture + 36, 11, Faint);
    }

    // Whole pixels, not smoothed: the reader sees what the network saw.
    private static void DrawPicture(SKCanvas canvas, string path, SKRect square)
    {
        using var bitmap = SKBitmap.Decode(path);
        if (bitmap is null)
            return;
        using var image = SKImage.FromBitmap(bitmap);
        var fitted = square.AspectFit(new(bitmap.Width, bitmap.Height));
        using var paint = new SKPaint { FilterQuality = bitmap.Width > square.Width ? SKFilterQuality.Medium : SKFilterQuality.None };
        canvas.DrawImage(image, fitted, paint);
    }

    private static void DrawCross(SKCanvas canvas, float x, float y)
    {
        using var disc = new SKPaint { Color = SKColors.White, IsAntialias = true };
        using var cross = new SKPaint { Color = SKColors.Black, Style = SKPaintStyle.Stroke, StrokeWidth = 2, IsAntialias = true };
        canvas.DrawCircle(x, y, 9, disc);
        canvas.DrawCircle(x, y, 9, cross);
        canvas.DrawLine(x - 4, y - 4, x + 4, y + 4, cross);
        canvas.DrawLine(x - 4, y + 4, x + 4, y - 4, cross);
    }

    // What is too long loses letters before the ending, which is always shown.
    private static void DrawCaption(SKCanvas canvas, string text, string ending, int left, int baseline, float size, SKColor color, bool bold = false)
    {
        using var paint = ReportFont.Paint(text, size, color, bold);
        const int Most = TileWidth - 4;
        var shown = text + ending;
        for (var kept = text.Length - 1; kept > 0 && paint.MeasureText(shown) > Most; kept--)
            shown = text[..kept] + "…" + ending;
        canvas.DrawText(shown, left + (TileWidth - paint.MeasureText(shown)) / 2, baseline, paint);
    }

    private static float DrawText(SKCanvas canvas, string text, float x, float baseline, float size, SKColor color, bool bold = false)
    {
        using var paint = ReportFont.Paint(text, size, color, bold);
        canvas.DrawText(text, x, baseline, paint);
        return paint.MeasureText(text);
    }
}
