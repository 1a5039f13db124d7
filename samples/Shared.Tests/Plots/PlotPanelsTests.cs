using System.Globalization;
using System.Xml.Linq;
using Shared.Plots;

namespace Shared.Tests.Plots;

public sealed class PlotPanelsTests
{
    private static readonly PlotPanels Three = new()
    {
        Title = "Title",
        Panels = [ReportStyle.Plot("a"), ReportStyle.Plot("b"), ReportStyle.Plot("c")],
        ColumnWidths = [200, 300],
        RowHeight = 150,
    };

    [Test]
    public void Height_LastRowHalfFull_HasItsRow()
        => Assert.That((Three.Width, Three.Height, (Three with { Mark = "smoke" }).Height), Is.EqualTo((500, 344, 366)));

    [Test]
    public void Write_MarkAndLongTitle_BothAreThereAndFit()
    {
        using var folder = new TemporaryFolder();
        var title = string.Join(' ', Enumerable.Repeat("many words", 20));
        (Three with { Title = title, Mark = "smoke: not results" }).Write(folder.At("a.png"), folder.At("a.svg"));
        var texts = XDocument.Load(folder.At("a.svg")).Descendants().Where(e => e.Name.LocalName == "text").ToDictionary(e => e.Value);
        Assert.Multiple(() =>
        {
            Assert.That(texts.Keys, Is.SupersetOf(new[] { title, "smoke: not results", "a", "b", "c" }));
            Assert.That(Size(title), Is.LessThan(6), "17 would be cut off at both sides");
        });

        double Size(string text) => double.Parse(texts[text].Attribute("font-size")!.Value, CultureInfo.InvariantCulture);
    }
}
