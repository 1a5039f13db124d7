namespace Snippets.Tests;

/// <summary>What the documentation shows is what is compiled and run.</summary>
public sealed class QuotationTests
{
    [TestCaseSource(typeof(Quotation), nameof(Quotation.All))]
    public void CodeBlock_EqualsItsSource(object quotation)
    {
        var block = (Quotation)quotation;
        Assert.That(block.Text, Is.EqualTo(block.Source), $"{block.Place}: quote {string.Join(", ", block.Regions)} anew");
    }

    [Test]
    public void Regions_AreAllQuoted()
        => Assert.That(Quotation.Marked.Except(Quotation.All.SelectMany(quotation => quotation.Regions)), Is.Empty);

    // A comment that is written otherwise would make a block that nothing looks at.
    [TestCaseSource(typeof(Quotation), nameof(Quotation.Pages))]
    public void Comments_ThatNameASource_StandBeforeABlock(string page)
        => Assert.That(
            File.ReadAllLines(Path.Combine(Quotation.Repository, page))
                .Count(line => line.StartsWith("<!--", StringComparison.Ordinal) && line.Contains(".cs:", StringComparison.Ordinal)),
            Is.EqualTo(Quotation.All.Count(quotation => quotation.Place.StartsWith(page + ":", StringComparison.Ordinal))));

    [Test]
    public void Readme_CodeBlocks_AreAllQuoted()
        => Assert.That(
            File.ReadAllLines(Path.Combine(Quotation.Repository, "README.md")).Count(line => line == "```csharp"),
            Is.EqualTo(Quotation.All.Count(quotation => quotation.Place.StartsWith("README.md:", StringComparison.Ordinal))));
}
