using System.Globalization;
using System.Text;

namespace Microsoft.ML.LogitNorm;

/// <summary>Several scores on the same rows, side by side; made by <c>AnomalyDetection.CompareOodScores</c>.</summary>
/// <param name="Results">One for each score, the lowest mean FPR95 first, failed ones last.</param>
public sealed partial record OodScoreComparison(IReadOnlyList<OodScoreResult> Results)
{
    /// <summary>One for each score, the lowest mean FPR95 first, failed ones last.</summary>
    public IReadOnlyList<OodScoreResult> Results { get; init => field = ValueList.Of(value); } = ValueList.Of(Results);

    /// <summary>The score with the lowest mean FPR95 over all sets.</summary>
    /// <exception cref="InvalidOperationException">All scores failed.</exception>
    public OodScoreResult Best
        => Results.FirstOrDefault(result => result.Failure is null)
            ?? throw new InvalidOperationException("No score could be computed; each result's Failure says why.");

    /// <summary>
    /// A table in Markdown: FPR95 / AUROC per set and their means in percent, mean AUPR with the in-distribution
    /// and with the out-of-distribution rows as positive, the cost, and after a search how many settings of the score were tried.
    /// </summary>
    public string ToMarkdown()
    {
        var sets = Results.FirstOrDefault(result => result.Failure is null)?.Sets.Select(set => set.Name).ToArray() ?? [];
        var search = Results.FirstOrDefault(result => result.Search is not null)?.Search;
        string[] tried = search is null ? [] : [$"settings tried on {string.Join(", ", search.Sets)}"];
        var text = new StringBuilder();
        Row(["score", .. sets, "mean", "AUPR-in", "AUPR-out", "ms per 1,000 rows", .. tried]);
        Row(Enumerable.Repeat("---", sets.Length + 5 + tried.Length));
        foreach (var result in Results)
            Row(result.Failure is { } failure
                ? [result.Name, failure]
                : [
                    result.Name,
                    .. result.Sets.Select(set => Pair(set.Metrics.FprAt95Tpr, set.Metrics.Auroc)),
                    Pair(result.MeanFprAt95Tpr, result.MeanAuroc), Percent(result.MeanAuprIn), Percent(result.MeanAuprOut),
                    result.MillisecondsPer1000Rows.ToString(result.MillisecondsPer1000Rows < 10 ? "0.0" : "0", CultureInfo.InvariantCulture),
                    .. tried.Select(_ => result.Search?.Settings.Count.ToString(CultureInfo.InvariantCulture) ?? ""),
                ]);
        return text.ToString();

        void Row(IEnumerable<string> cells)
            => text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }

    /// <inheritdoc cref="ToMarkdown"/>
    public override string ToString() => ToMarkdown();

    private static string Pair(double fpr, double auroc) => $"{Percent(fpr)} / {Percent(auroc)}";

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
