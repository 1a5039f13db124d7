using QuickStart.Report;
using SkiaSharp;

namespace QuickStart.Tests.Report;

public sealed class ReportPicturesTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ContactSheet_Verdicts_AreFramedInTheirColours()
    {
        _folder.WithImages("1.png", "2.png");
        ContactSheet.Write(_folder.At("sheet.png"), "Verdicts",
            [
                new("Known", [new(_folder.At("1.png"), "a class with a very long name indeed", 0.98, false, "cat")]),
                new("Unknown", [new(_folder.At("2.png"), "cat", 0.4, true, null)]),
            ]);
        using var png = SKBitmap.Decode(_folder.At("sheet.png"));
        Assert.That(png.Pixels, Is.SupersetOf(new[] { new SKColor(0x1A, 0x8F, 0x5A), new SKColor(0xC8, 0x35, 0x3B) }));
    }

    [TestCase("cat", false, "cat", true)]
    [TestCase("cat", true, "cat", false)]
    [TestCase("dog", false, "cat", false)]
    [TestCase("cat", false, null, false)]
    [TestCase("cat", true, null, true)]
    public void SheetTile_IsRight_WhenVerdictMeetsTruth(string label, bool rejected, string? truth, bool right)
        => Assert.That(new SheetTile("x.png", label, 0.5, rejected, truth).IsRight, Is.EqualTo(right));
}
