using System.Reflection;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>docs/scores.md has every score, as the code has it.</summary>
public sealed class ScoresDocumentationTests
{
    private static IEnumerable<MethodInfo> Factories
        => typeof(OodScores).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(OodScore));

    [Test]
    public void Table_HasEachFactoryWithItsDefaultsInTheOrderOfTheCode()
        => Assert.That(
            Rows().Select(cells => cells[0]),
            Is.EqualTo(Factories.Select(method => $"`{method.Name}({string.Join(", ", method.GetParameters().Select(Describe))})`")));

    [Test]
    public void Table_SaysWhatEachScoreNeedsAndLearnsFrom()
    {
        var rows = Rows().ToDictionary(cells => cells[0].Trim('`').Split('(')[0]);
        foreach (var method in Factories.Where(method => method.Name != nameof(OodScores.Fuse)))
        {
            var score = (OodScore)method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.DefaultValue)])!;
            var (needs, learns) = (rows[method.Name][1], rows[method.Name][2]);
            Assert.That(needs.Contains("embedding"), Is.EqualTo(score.Needs.HasFlag(OodInputs.Embedding)), $"{score.Name} needs {needs}");
            Assert.That(needs.Contains("layer statistics"), Is.EqualTo(score.Needs.HasFlag(OodInputs.LayerStatistics)), $"{score.Name} needs {needs}");
            Assert.That(needs.Contains("image"), Is.EqualTo(score.Needs.HasFlag(OodInputs.Rows)), $"{score.Name} needs {needs}");
            Assert.That(needs.Contains("head"), Is.EqualTo(score.Needs.HasFlag(OodInputs.Network)), $"{score.Name} needs {needs}");
            Assert.That(learns == "nothing", Is.EqualTo(score.LearnsFrom is null), $"{score.Name} learns {learns}");
            Assert.That(learns.Contains("labelled"), Is.EqualTo(score.LearnsFrom?.HasFlag(OodInputs.Labels) ?? false), $"{score.Name} learns {learns}");
            Assert.That(learns.Contains("head"), Is.EqualTo(score.LearnsFrom?.HasFlag(OodInputs.Network) ?? false), $"{score.Name} learns {learns}");
        }
    }

    private static string Describe(ParameterInfo parameter) => parameter.HasDefaultValue
        ? $"{parameter.Name} = {parameter.DefaultValue switch
        {
            null => "null",
            bool value => value ? "true" : "false",
            IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            var value => value.ToString(),
        }}"
        : parameter.Name!;

    private static IEnumerable<string[]> Rows()
        => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "scores.md"))
            .SkipWhile(line => !line.StartsWith("| `OodScores.`", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);
}
