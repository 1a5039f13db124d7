using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using PaperBenchmark.Figures;
using Shared.Plots;

namespace PaperBenchmark.Tests.Figures;

public sealed class SoftmaxFigureTests
{
    [Test]
    public void Plot_TwoImagesTwoLosses_PictureAndBarsOnOneScale()
    {
        var plot = SoftmaxFigure.Plot(FigureSample.Losses, FigureSample.Classes, FigureSample.Examples(FigureSample.Classes));
        var files = FigureFiles.Write(plot);
        Assert.Multiple(() =>
        {
            Assert.That(plot.Panels.Select(panel => panel.Title), Is.EqualTo(new[]
            {
                "in-distribution:\ncat", FigureSample.Losses[0], FigureSample.Losses[1],
                "out-of-distribution:\nmnist", FigureSample.Losses[0], FigureSample.Losses[1],
            }));
            Assert.That(Bars(plot).Select(bars => bars.Sum(bar => bar.Value)), Is.All.EqualTo(100).Within(1e-3));
            Assert.That(
                Bars(plot).Select(bars => bars.Count(bar => bar.Color == ReportPalette.Blue)),
                Is.EqualTo(new[] { 1, 1, 0, 0 }),
                "its own class, where it has one");
            Assert.That(files.Texts, Is.SupersetOf(FigureSample.Classes));
            Assert.That(files.Images, Is.EqualTo(2));
        });
    }

    [Test]
    public void Plot_HundredClasses_ShowsTheLikeliestAndTheRestAsOne()
    {
        string[] classes = [.. Enumerable.Range(0, 100).Select(i => $"class {i}")];
        var plot = SoftmaxFigure.Plot(FigureSample.Losses, classes, FigureSample.Examples(classes));
        var labels = plot.Panels[1].Axes.OfType<CategoryAxis>().Single().Labels;
        Assert.Multiple(() =>
        {
            Assert.That(labels, Has.Count.EqualTo(12).And.Contains("class 3").And.Contains("89 others"));
            Assert.That(Bars(plot).Select(bars => bars.Sum(bar => bar.Value)), Is.All.EqualTo(100).Within(1e-3));
        });
    }

    [Test]
    public void Plot_LongName_IsShortenedToThePicturesColumn()
    {
        var example = FigureSample.Examples(FigureSample.Classes)[0] with { Title = "out-of-distribution: a set with quite a long name" };
        Assert.That(
            SoftmaxFigure.Plot(FigureSample.Losses, FigureSample.Classes, [example]).Panels[0].Title,
            Is.EqualTo("out-of-distribution:\na set with quite a l…"));
    }

    [Test]
    public void Write_Image_HasItsOwnColours()
    {
        var pixels = new byte[3 * 4 * 4];
        Array.Fill(pixels, (byte)200, 0, 16);   // red only
        var example = new SoftmaxExample { Title = "red", Size = 4, Pixels = pixels, Softmax = [[0.5f, 0.5f]] };
        using var folder = new TemporaryFolder();
        SoftmaxFigure.Plot(["loss"], ["a", "b"], [example]).Write(folder.At("a.png"), folder.At("a.svg"));
        using var png = SkiaSharp.SKBitmap.Decode(folder.At("a.png"));
        Assert.That(png.Pixels.Count(pixel => pixel == new SkiaSharp.SKColor(200, 0, 0)), Is.GreaterThan(300 * 300));
    }

    private static List<List<BarItem>> Bars(PlotPanels plot)
        => [.. plot.Panels.SelectMany(panel => panel.Series).Cast<BarSeries>().Select(series => series.Items)];
}
