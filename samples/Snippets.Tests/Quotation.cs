using System.Reflection;
using System.Text.RegularExpressions;

namespace Snippets.Tests;

/// <summary>A code block of the documentation that is quoted from the source: behind a comment &lt;!-- file: region, region; file: region --&gt;.</summary>
/// <param name="Place">The page and the line of the comment.</param>
/// <param name="Regions">The files, relative to samples/Snippets, and their regions, in order.</param>
/// <param name="Text">The block.</param>
internal sealed partial record Quotation(string Place, IReadOnlyList<(string File, string Region)> Regions, string Text)
{
    public static string Repository { get; } = Path.GetFullPath(typeof(Quotation)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryFolder").Value!);

    private static string Sources => Path.Combine(Repository, "samples", "Snippets");

    /// <summary>The pages that may quote.</summary>
    public static IReadOnlyList<string> Pages { get; } = ["README.md", .. Directory.EnumerateFiles(Path.Combine(Repository, "docs"), "*.md")
        .Select(page => $"docs/{Path.GetFileName(page)}").Order(StringComparer.Ordinal)];

    /// <summary>All quotations of all pages.</summary>
    public static IReadOnlyList<Quotation> All { get; } = [.. Pages.SelectMany(Of)];

    /// <summary>All regions of the source.</summary>
    public static IReadOnlyList<(string File, string Region)> Marked { get; } = [.. Directory.EnumerateFiles(Sources, "*.cs")
        .SelectMany(path => Begin().Matches(File.ReadAllText(path)).Select(match => (Path.GetFileName(path), match.Groups["region"].Value)))
        .Order()];

    /// <summary>What the source says in its place.</summary>
    public string Source => string.Join("\n\n", Regions.Select(region => Read(region.File, region.Region)));

    public override string ToString() => Place;

    private static IEnumerable<Quotation> Of(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository, page)).ReplaceLineEndings("\n");
        foreach (Match match in Block().Matches(text))
            yield return new(
                $"{page}:{text.AsSpan(0, match.Index).Count('\n') + 1}",
                [.. match.Groups["what"].Value.Split(';').SelectMany(Parts)],
                match.Groups["code"].Value.TrimEnd('\n'));
    }

    private static IEnumerable<(string File, string Region)> Parts(string part)
    {
        var (file, regions) = part.Split(':') is [var left, var right] ? (left.Trim(), right) : throw new FormatException($"'{part}' is not FILE: REGION.");
        return regions.Split(',').Select(region => (file, region.Trim()));
    }

    private static string Read(string file, string region)
    {
        var lines = File.ReadAllText(Path.Combine(Sources, file)).ReplaceLineEndings("\n").Split('\n');
        var (first, last) = (Line($"// <{region}>") + 1, Line($"// </{region}>"));
        if (first == 0 || last < first)
            throw new FormatException($"samples/Snippets/{file} has no lines between '// <{region}>' and '// </{region}>'.");
        var indent = lines[first..last].Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines[first..last].Select(line => line.Length > indent ? line[indent..] : ""));

        int Line(string mark) => Array.FindIndex(lines, line => line.Trim() == mark);
    }

    [GeneratedRegex(@"^<!-- (?<what>[\w.]+\.cs: [^\n]+) -->\n```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// <(?<region>[\w-]+)>\r?$", RegexOptions.Multiline)]
    private static partial Regex Begin();
}
