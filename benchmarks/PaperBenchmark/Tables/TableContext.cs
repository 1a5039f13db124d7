using Microsoft.ML.LogitNorm;
using PaperBenchmark.Commands;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;

namespace PaperBenchmark.Tables;

/// <summary>What all tables are made from, and what they have in common.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Store">The finished runs.</param>
/// <param name="Protocol">How figures are measured.</param>
internal sealed record TableContext(BenchmarkSettings Settings, ResultStore Store, OodProtocol Protocol)
{
    public Plan Plan { get; } = Settings.Plan;

    /// <summary>The results of the same network with several seeds, without those that are missing.</summary>
    public IReadOnlyList<RunResult> Find(IEnumerable<RunOptions> runs) => [.. runs.Select(Store.Find).OfType<RunResult>()];

    /// <summary>The names of the out-of-distribution sets that any of the runs has, and of those of the preset that are not there, which leave a gap.</summary>
    public IReadOnlyList<string> SetsOf(IEnumerable<RunResult> results)
        => [.. Settings.Preset.OodSets.Concat(results.SelectMany(result => result.Ood.Keys)).Distinct().Where(set => set != Settings.Dataset)];

    /// <summary>Means over the out-of-distribution sets, one for each seed, of one of the figures.</summary>
    public IEnumerable<double?> Means(IEnumerable<RunResult> results, OodScore score, Func<OodFigures, double> figure)
        => results.Select(result => Protocol.Mean(result, score.ToString()) is { } figures ? figure(figures) : (double?)null);

    /// <summary>One of the figures on one out-of-distribution set, one for each seed.</summary>
    public IEnumerable<double?> On(string set, IEnumerable<RunResult> results, OodScore score, Func<OodFigures, double> figure)
        => results.Select(result => Protocol.Measure(result, set, score.ToString()) is { } figures ? figure(figures) : (double?)null);

    /// <summary>Accuracy, one for each seed.</summary>
    public static IEnumerable<double?> Accuracies(IEnumerable<RunResult> results) => results.Select(result => (double?)result.Accuracy);

    /// <summary>FPR95, AUROC and AUPR, means over the out-of-distribution sets: three cells.</summary>
    public IEnumerable<string> MeanCells(IReadOnlyList<RunResult> results, OodScore score) =>
    [
        Cell.Percent(Means(results, score, figures => figures.Fpr95)),
        Cell.Percent(Means(results, score, figures => figures.Auroc)),
        Cell.Percent(Means(results, score, figures => figures.Aupr)),
    ];

    /// <summary>Budget and seeds in words, for captions.</summary>
    public string Budget(IReadOnlyList<int> seeds)
    {
        var means = seeds.Count == 1 ? $"seed {seeds[0]}" : $"mean ± standard deviation over seeds {string.Join(", ", seeds)}";
        return $"{Settings.Dataset}, {Settings.Preset.Epochs} epochs, {means}.";
    }

    /// <summary>What is missing: runs without a result, and sets that are not there.</summary>
    public IReadOnlyList<string> Gaps(string item)
    {
        var runs = Plan.Runs([item]);
        var results = Find(runs);
        var absent = SetsOf(results).Where(set => results.All(result => !result.Ood.ContainsKey(set))).ToArray();
        string[] open = [.. runs.Where(run => Store.Find(run) is null).Select(Store.Gap)];
        return
        [
            .. open,
            .. open.Length > 0 ? [$"To fill these gaps: {Filling(item)}"] : Array.Empty<string>(),
            .. results.SelectMany(result => SetsOf(results).Except(absent).Except(result.Ood.Keys).Select(set =>
                $"{result.Run} was not measured on {set}, others were: their means do not compare. Run `{CommandText.Of("evaluate", Settings)}`.")),
            .. absent.Length > 0 && results.Count > 0 ? [Absent(item, absent)] : Array.Empty<string>(),
        ];
    }

    private string Filling(string item) => item == Plans.Plan.Trainings
        ? $"`{CommandText.Of($"train {item}", Settings)}`, then `{CommandText.Of($"evaluate {item}", Settings)}`"
        : $"`{CommandText.Of("all", Settings)}`";

    // In full where each set has a line of its own; the others say only what their means lack.
    private string Absent(string item, IReadOnlyList<string> sets)
        => $"Not there, and not in the figures: {string.Join(", ", sets)}."
            + (item == "table-1" ? $" To fetch them: `{CommandText.Download(sets, Settings.DataRoot)}`" : "");

    /// <summary>A table of the report.</summary>
    /// <param name="item">Its name in <see cref="Plan.Items"/>.</param>
    /// <param name="title">Its title, without the number.</param>
    /// <param name="caption">What is special about it.</param>
    /// <param name="seeds">The seeds of its runs.</param>
    /// <param name="columns">The column heads.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="notes">What needs care.</param>
    public ReportTable Table(
        string item,
        string title,
        string caption,
        IReadOnlyList<int> seeds,
        IReadOnlyList<string> columns,
        IEnumerable<IEnumerable<string>> rows,
        IEnumerable<string>? notes = null)
        => new()
        {
            Id = item,
            Title = $"{ItemName.Of(item)}. {title}",
            Caption = $"{caption} {Budget(seeds)} {Protocol.Text} In percent.{(Settings.Preset.Banner is { } banner ? $" ({banner})" : "")}",
            Columns = columns,
            Rows = [.. rows.Select(row => (IReadOnlyList<string>)[.. row])],
            Notes = [.. notes ?? [], .. Gaps(item)],
            Command = CommandText.Of(ItemName.Command(item), Settings),
        };
}
