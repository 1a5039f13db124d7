namespace PaperBenchmark.Report;

/// <summary>A table as it stands on the screen, in the Markdown report and in the HTML one. Cells are plain text.</summary>
internal sealed record ReportTable
{
    /// <summary>Such as <c>table-1</c>: the name of its file.</summary>
    public required string Id { get; init; }

    /// <summary>Such as <c>Table 1. Cross-entropy and LogitNorm</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What the figures are: units, protocol, seeds, budget.</summary>
    public required string Caption { get; init; }

    /// <summary>The column heads; the first column holds names, the others figures.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The cells of each row, as many as there are columns.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Rows { get; init; }

    /// <summary>What is missing or needs care, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The command that makes this table again.</summary>
    public required string Command { get; init; }
}
