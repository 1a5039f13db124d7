using OxyPlot;
using OxyPlot.Series;
using PaperBenchmark.Figures;

namespace PaperBenchmark.Tests.Figures;

public sealed class LogitNormFigureTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(200)]
    public void Plot_Epochs_StandInBothFiles(int epochs)
    {
        var plot = LogitNormFigure.Plot(FigureSample.Norms(epochs));
        var files = FigureFiles.Write(plot with { Mark = "smoke: not results" });
        Assert.Multiple(() =>
        {
            Assert.That(plot.Panels.Select(panel => panel.Title), Is.EqualTo(FigureSample.Losses));
            Assert.That(plot.Panels.SelectMany(panel => panel.Series).Cast<LineSeries>().Select(line => line.Points.Count), Is.All.EqualTo(epochs));
            Assert.That(
                plot.Panels.SelectMany(panel => panel.Series).Cast<LineSeries>().All(line => line.MarkerType != MarkerType.None),
                Is.EqualTo(epochs < 30),
                "a single point needs a marker");
            Assert.That(files.Texts, Is.SupersetOf(new[] { "train", "test", "mnist", "epoch", "mean logit norm", "smoke: not results" }));
            Assert.That((files.Width, files.Height), Is.EqualTo((2080, 932)));
            Assert.That(files.Colors, Is.GreaterThan(10));
        });
    }

    [Test]
    public void Plot_NormsNearEachOther_ShareAScaleFromZero()
    {
        var axes = Plot(10, 6).Select(panel => panel.Axes[1]).ToList();
        Assert.That(axes.Select(axis => (axis.Minimum, axis.Maximum)), Is.All.EqualTo((0, axes[0].Maximum)).And.Exactly(2).Items);
    }

    [Test]
    public void Plot_NormsFarApart_EachPanelSaysItsScale()
    {
        var panels = Plot(40, 1.5);
        Assert.Multiple(() =>
        {
            Assert.That(panels.Select(panel => panel.Subtitle), Is.EqualTo(new[] { "mind the scale: norms up to 40", "mind the scale: norms up to 1.5" }));
            Assert.That(panels.Select(panel => panel.Axes[1].Maximum > 20), Is.EqualTo(new[] { true, false }));
        });
    }

    [Test]
    public void Plot_NormThatIsNoNumber_IsAGap()
    {
        var line = (LineSeries)LogitNormFigure.Plot([new("x", [new("train", [(1, 3), (2, double.PositiveInfinity), (3, 4)])])]).Panels[0].Series[0];
        Assert.That(line.Points.Select(point => double.IsNaN(point.Y)), Is.EqualTo(new[] { false, true, false }));
    }

    private static IReadOnlyList<PlotModel> Plot(params double[] norms)
        => LogitNormFigure.Plot([.. norms.Select(norm => new NormPanel($"{norm}", [new("train", [(1, norm)])]))]).Panels;
}
