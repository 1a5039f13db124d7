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

    [Test]
    public void ContactSheet_Cross_LiesInsideItsTile()
    {
        // A sheet with a wrong verdict differs from one with a right verdict in the colour of frame and words, and in the cross: black, and inside the frame.
        _folder.WithImages("1.png");
        ContactSheet.Write(_folder.At("sheet.png"), "", [new("", [new(_folder.At("1.png"), "cat", 1, false, null)])]);
        using var png = SKBitmap.Decode(_folder.At("sheet.png"));
        var rows = Enumerable.Range(84, png.Height - 84).ToList();   // below the heading, whose legend has a cross too
        int[] frame = [.. Columns(new SKColor(0x1A, 0x8F, 0x5A))], cross = [.. Columns(SKColors.Black)];
        Assert.That(cross, Is.Not.Empty.And.All.InRange(frame.Min(), frame.Max()));

        IEnumerable<int> Columns(SKColor color) => Enumerable.Range(0, png.Width).Where(x => rows.Any(y => png.GetPixel(x, y) == color));
    }

    [TestCase("cat", false, "cat", true)]
    [TestCase("cat", true, "cat", false)]
    [TestCase("dog", false, "cat", false)]
    [TestCase("cat", false, null, false)]
    [TestCase("cat", true, null, true)]
    public void SheetTile_IsRight_WhenVerdictMeetsTruth(string label, bool rejected, string? truth, bool right)
        => Assert.That(new SheetTile("x.png", label, 0.5, rejected, truth).IsRight, Is.EqualTo(right));
}
