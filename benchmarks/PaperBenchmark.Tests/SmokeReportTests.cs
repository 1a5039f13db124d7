using PaperBenchmark.Plans;

namespace PaperBenchmark.Tests;

/// <summary>What <c>all --preset smoke</c> has left, where it has been run: the folder is named by PAPERBENCHMARK_OUTPUT.</summary>
[Category("SmokeReport")]
public sealed class SmokeReportTests
{
    private string _output = "";

    [SetUp]
    public void FindOutput()
    {
        if (Environment.GetEnvironmentVariable("PAPERBENCHMARK_OUTPUT") is not { Length: > 0 } output)
            Assert.Ignore("PAPERBENCHMARK_OUTPUT does not name the output folder of `all --preset smoke`.");
        else
            _output = output;
    }

    [Test]
    public void Report_HoldsEveryTableAndFigure_MarkedAsNoResults()
    {
        var html = File.ReadAllText(Path.Combine(_output, "report.html"));
        using (Assert.EnterMultipleScope())
        {
            foreach (var item in Plan.Items)
                Assert.That(html, Does.Contain($"<h2 id=\"{item}-"), item);
            Assert.That(html, Does.Contain("smoke: not results"));
            Assert.That(html.Split("<img ").Length - 1, Is.EqualTo(5), "figures");
            Assert.That(html.Split("<table>").Length - 1, Is.EqualTo(9), "seven tables, settings, runs");
        }
    }

    [Test]
    public void PapersTables_HaveNoGaps()
        => Assert.That(
            Directory.GetFiles(Path.Combine(_output, "tables"), "table-*.csv").Where(path => File.ReadAllText(path).Contains('–')).Select(Path.GetFileName),
            Is.Empty);

    [Test]
    public void Figures_AreThereTwice()
        => Assert.That(
            Directory.GetFiles(Path.Combine(_output, "figures")).Select(Path.GetFileName),
            Is.EquivalentTo(Enumerable.Range(1, 5).SelectMany(i => new[] { $"figure-{i}.png", $"figure-{i}.svg" })));
}
