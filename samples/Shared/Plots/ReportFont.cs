using System.Text;
using SkiaSharp;

namespace Shared.Plots;

/// <summary>The font of all pictures. It is part of the program, as servers and containers often have no fonts at all.</summary>
public static class ReportFont
{
    /// <summary>What an SVG file asks its viewer for: this font, or one of about the same widths.</summary>
    public const string Family = "DejaVu Sans, Verdana, sans-serif";

    // Has Latin, Greek and Cyrillic letters.
    private static readonly SKTypeface Embedded = Load();

    /// <summary>A paint for text of the given size in pixels.</summary>
    /// <param name="text">The text; if the font lacks one of its characters, the machine is asked for a font that has it.</param>
    public static SKPaint Paint(string text, float size, SKColor color, bool bold = false) => new()
    {
        Typeface = TypefaceFor(text),
        TextSize = size,
        Color = color,
        FakeBoldText = bold,
        IsAntialias = true,
        SubpixelText = true,
    };

    private static SKTypeface TypefaceFor(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && !Embedded.ContainsGlyph(rune.Value))
                return SKFontManager.Default.MatchCharacter(rune.Value) ?? Embedded;
        }

        return Embedded;
    }

    private static SKTypeface Load()
    {
        using var stream = typeof(ReportFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(stream);
    }
}
