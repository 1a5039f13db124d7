using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Series;
using Shared.Plots;
using SkiaSharp;

namespace Shared.Tests.Plots;

public sealed class ScoreHistogramsTests
{
    private static readonly ScorePanel[] Panels =
    [
        new("CrossEntropy", [new("known", [0.9f, 0.95f, 1]), new("far", [0.2f, float.NaN])]) { Threshold = 0.5 },
        new("LogitNorm", [new("known", [0.5f, 0.5f]), new("far", [])]),
    ];

    [Test]
    public void Plot_Shares_AreOfAllImagesOfTheSet()
    {
        var plot = ScoreHistograms.Plot("Scores", "confidence", Panels);
        var far = (AreaSeries)plot.Panels[0].Series[1];
        Assert.Multiple(() =>
        {
            Assert.That(far.Points.Max(point => point.Y), Is.EqualTo(50), "the other of the two is NaN");
            Assert.That(far.Points[0].X, Is.EqualTo(0.2).Within(1e-6), "both sets share one range");
            Assert.That(plot.Panels.Select(panel => panel.Annotations.OfType<LineAnnotation>().Count()), Is.EqualTo(new[] { 1, 0 }));
        });
    }

    [Test]
    public void Write_TwoPanels_StandInPngAndSvg()
    {
        using var folder = new TemporaryFolder();
        var plot = ScoreHistograms.Plot("Scores <&>", "confidence", Panels);
        plot.Write(folder.At("scores.png"), folder.At("scores.svg"));
        using var png = SKBitmap.Decode(folder.At("scores.png"));
        var texts = XDocument.Load(folder.At("scores.svg")).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Multiple(() =>
        {
            Assert.That((png.Width, png.Height), Is.EqualTo((2 * plot.Width, 2 * plot.Height)));
            Assert.That(png.Pixels.Distinct().Count(), Is.GreaterThan(10));
            Assert.That(texts, Is.SupersetOf(new[] { "Scores <&>", "CrossEntropy", "LogitNorm", "known (3)", "confidence" }));
        });
    }
}
