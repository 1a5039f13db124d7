using System.Xml.Linq;
using Shared.Plots;
using SkiaSharp;

namespace PaperBenchmark.Tests.Figures;

/// <summary>What the two files of a figure show.</summary>
internal sealed record FigureFiles(int Width, int Height, int Colors, IReadOnlyList<string> Texts, int Images)
{
    public static FigureFiles Write(PlotPanels plot)
    {
        using var folder = new TemporaryFolder();
        plot.Write(folder.At("figure.png"), folder.At("figure.svg"));
        using var png = SKBitmap.Decode(folder.At("figure.png"));
        var elements = XDocument.Load(folder.At("figure.svg")).Descendants().ToList();
        return new(
            png.Width, png.Height, png.Pixels.Distinct().Count(),
            [.. elements.Where(element => element.Name.LocalName == "text").Select(element => element.Value)],
            elements.Count(element => element.Name.LocalName == "image"));
    }
}
