using Shared.Plots;
using SkiaSharp;

namespace Shared.Tests.Plots;

public sealed class ReportFontTests
{
    // On a machine without fonts this is the only one: it comes out of the program itself.
    [Test]
    public void Paint_Text_HasInkOfItsOwnFont()
    {
        using var paint = ReportFont.Paint("Ωλ äß Ж ≥ τ", 20, SKColors.Black);
        Assert.Multiple(() =>
        {
            Assert.That(paint.Typeface.FamilyName, Is.EqualTo("DejaVu Sans"));
            Assert.That(paint.ContainsGlyphs("Ωλ äß Ж ≥ τ"), Is.True);
            Assert.That(paint.MeasureText("Ωλ"), Is.GreaterThan(10));
        });
    }
}
