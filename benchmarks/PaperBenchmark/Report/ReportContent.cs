namespace PaperBenchmark.Report;

/// <summary>Everything that stands in the report.</summary>
internal sealed record ReportContent
{
    public required string Title { get; init; }

    /// <summary>A warning that stands at the top and at each table, such as "smoke: not results"; null for none.</summary>
    public string? Banner { get; init; }

    /// <summary>Paragraphs before the tables.</summary>
    public required IReadOnlyList<string> Summary { get; init; }

    public required IReadOnlyList<ReportTable> Tables { get; init; }

    public required IReadOnlyList<ReportFigure> Figures { get; init; }

    /// <summary>Names and values: preset, protocol, machine, versions.</summary>
    public required IReadOnlyList<(string Name, string Value)> Settings { get; init; }

    /// <summary>The runs, one a row.</summary>
    public required ReportTable Runs { get; init; }

    /// <summary>The command that makes all of it again.</summary>
    public required string Command { get; init; }
}
