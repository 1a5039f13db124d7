namespace PaperBenchmark.Report;

/// <summary>A figure of the report, written as PNG and as SVG.</summary>
internal sealed record ReportFigure
{
    /// <summary>Such as <c>figure-1</c>: the name of its files.</summary>
    public required string Id { get; init; }

    /// <summary>Such as <c>Figure 1. Mean logit norm over the epochs</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What is shown, of which images and runs.</summary>
    public required string Caption { get; init; }

    /// <summary>Path of the PNG file; null if the figure could not be drawn, which <see cref="Notes"/> then explain.</summary>
    public required string? Png { get; init; }

    /// <summary>Path of the SVG file; null if the figure could not be drawn.</summary>
    public required string? Svg { get; init; }

    /// <summary>What is missing or needs care, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The command that draws this figure again.</summary>
    public required string Command { get; init; }
}
