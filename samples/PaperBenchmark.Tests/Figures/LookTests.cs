using ImageData.Plots;
using PaperBenchmark.Figures;
namespace PaperBenchmark.Tests.Figures;
public sealed class LookTests
{
    [Test]
    public void Look()
    {
        W("f1", LogitNormFigure.Plot(FigureSample.Norms(200)));
        W("f1-2", LogitNormFigure.Plot(FigureSample.Norms(2)) with { Mark = "smoke: not results" });
        W("f1-1", LogitNormFigure.Plot(FigureSample.Norms(1)));
        W("f2", SoftmaxFigure.Plot(FigureSample.Losses, FigureSample.Classes, FigureSample.Examples(FigureSample.Classes)));
        string[] hundred = [.. Enumerable.Range(0, 100).Select(i => $"class number {i} or so")];
        W("f2-100", SoftmaxFigure.Plot(FigureSample.Losses, hundred, FigureSample.Examples(hundred)));
        W("f3", ProjectionFigure.Plot(FigureSample.Classes, "mnist", FigureSample.Projections(2000)));
        W("f4", ScoreHistograms.Plot("Softmax confidence of known and unknown images", "softmax confidence", FigureSample.Scores()));
        W("f5", TauFigure.Plot(FigureSample.Curves(), 0.61));
        void W(string n, PlotPanels p) => p.Write($"/tmp/look/{n}.png", $"/tmp/look/{n}.svg");
    }
}
