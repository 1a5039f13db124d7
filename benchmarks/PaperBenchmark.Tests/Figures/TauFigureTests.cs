using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Series;
using PaperBenchmark.Figures;

namespace PaperBenchmark.Tests.Figures;

public sealed class TauFigureTests
{
    [Test]
    public void Plot_SetsAndMean_StandInBothFiles()
    {
        var plot = TauFigure.Plot(FigureSample.Curves(), 0.61);
        var files = FigureFiles.Write(plot);
        var lines = plot.Panels[0].Series.Cast<LineSeries>().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(
                lines.Select(line => line.Title),
                Is.EqualTo(new[] { "mnist", "imagenet-resize", "imagenet-crop", "gaussian-noise", "mean of 4 sets" }));
            Assert.That(lines[^1].StrokeThickness, Is.GreaterThan(2 * lines[0].StrokeThickness));
            Assert.That(files.Texts, Is.SupersetOf(new[] { "0.04", "0.005", "1", "FPR95 (%)", "cross-entropy, mean: 61.0", "mean of 4 sets" }));
            Assert.That(files.Texts, Does.Not.Contain("0.05"), "it would stand on 0.04");
        });
    }

    [Test]
    public void Plot_SetLacksATau_ItsLineAndTheMeanHaveAGap()
    {
        var model = TauFigure.Plot(FigureSample.Curves(), null).Panels[0];
        var missing = Array.IndexOf(FigureSample.Taus, 0.5);
        Assert.Multiple(() =>
        {
            Assert.That(
                model.Series.Cast<LineSeries>().Select(line => double.IsNaN(line.Points[missing].Y)),
                Is.EqualTo(new[] { false, false, false, true, true }));
            Assert.That(model.Annotations.OfType<TextAnnotation>().Count(), Is.EqualTo(FigureSample.Taus.Length - 1));
            Assert.That(model.Annotations.OfType<LineAnnotation>(), Is.Empty, "no cross-entropy, no line");
        });
    }

    [Test]
    public void Plot_Mean_IsOverSetsInPercent()
    {
        var model = TauFigure.Plot([new("a", [(0.04, 0.2)]), new("b", [(0.04, 0.4)])], null).Panels[0];
        Assert.Multiple(() =>
        {
            Assert.That(((LineSeries)model.Series[^1]).Points.Single().Y, Is.EqualTo(30).Within(1e-9));
            Assert.That(((TextAnnotation)model.Annotations.Single()).Text, Is.EqualTo("30.0"));
        });
    }

    [Test]
    public void Plot_FiguresSideBySide_StandAboveAndBelow()
    {
        var plot = TauFigure.Plot([new("a", [(0.01, 0.2), (0.04, 0.2), (0.05, 0.2), (0.06, 0.2), (0.5, 0.2)])], null);
        var labels = plot.Panels[0].Annotations.Cast<TextAnnotation>();
        Assert.That(labels.Select(label => label.TextVerticalAlignment == VerticalAlignment.Bottom), Is.EqualTo(new[] { true, true, false, true, true }));
    }
}
