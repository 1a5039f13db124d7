using OxyPlot;
using OxyPlot.Series;
using PaperBenchmark.Figures;

namespace PaperBenchmark.Tests.Figures;

public sealed class ProjectionFigureTests
{
    [Test]
    public void Plot_TenClasses_EachHasAColourAndTheUnknownAShapeOfTheirOwn()
    {
        var plot = ProjectionFigure.Plot(FigureSample.Classes, "mnist", FigureSample.Projections(200));
        var files = FigureFiles.Write(plot);
        var series = plot.Panels[1].Series.Cast<ScatterSeries>().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(series.Select(s => s.Title), Is.EquivalentTo(FigureSample.Classes.Append("mnist (unknown)")));
            Assert.That(series.Where(s => s.MarkerType == MarkerType.Circle).Select(s => s.MarkerFill).Distinct().ToList(), Has.Count.EqualTo(10));
            Assert.That(series.Single(s => s.MarkerType == MarkerType.Cross).Points, Has.Count.EqualTo(200));
            Assert.That(series.Sum(s => s.Points.Count), Is.EqualTo(400));
            Assert.That(files.Texts, Has.Some.Contains("PCA, not t-SNE"));
        });
    }

    // Labels go round in tens: every second image would leave out half of the classes.
    [Test]
    public void Plot_ManyImages_DrawsAThousandOfAllClasses()
    {
        var series = ProjectionFigure.Plot(FigureSample.Classes, "mnist", FigureSample.Projections(2000)).Panels[0].Series.Cast<ScatterSeries>().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(series.Sum(s => s.Points.Count), Is.EqualTo(2000));
            Assert.That(series.Select(s => s.Points.Count), Is.All.GreaterThan(50));
        });
    }

    [Test]
    public void Plot_MoreClassesThanColours_AreOneSeries()
    {
        string[] classes = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        var plot = ProjectionFigure.Plot(classes, "mnist", FigureSample.Projections(50));
        Assert.That(plot.Panels[0].Series.Select(s => s.Title), Is.EqualTo(new[] { "mnist (unknown)", "known: 100 classes" }));
    }
}
