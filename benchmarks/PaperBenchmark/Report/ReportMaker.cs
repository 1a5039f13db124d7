using System.Globalization;
using PaperBenchmark.Commands;
using PaperBenchmark.Figures;
using PaperBenchmark.Plans;
using PaperBenchmark.Results;
using PaperBenchmark.Tables;
using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Report;

/// <summary>Makes tables, figures and the whole report from finished runs. Needs neither data sets nor networks.</summary>
internal sealed class ReportMaker
{
    private readonly TableContext _context;

    public ReportMaker(BenchmarkSettings settings) => _context = new(settings, new(settings), new(settings));

    private BenchmarkSettings Settings => _context.Settings;

    /// <summary>Makes a table, and writes it as CSV too.</summary>
    /// <param name="item">One of <see cref="TableMaker.Items"/>.</param>
    public ReportTable Table(string item)
    {
        var table = TableMaker.Make(item, _context);
        TableFile.Write(Path.Combine(Settings.Output, "tables", $"{item}.csv"), table);
        return table;
    }

    /// <summary>Draws a figure.</summary>
    /// <param name="item">One of <see cref="FigureMaker.Items"/>.</param>
    public ReportFigure Figure(string item) => new FigureMaker(_context).Make(item);

    /// <summary>Writes <c>report.md</c> and <c>report.html</c>.</summary>
    /// <returns>The paths of both.</returns>
    public (string Markdown, string Html) Write()
    {
        var content = Content();
        var (markdown, html) = (Path.Combine(Settings.Output, "report.md"), Path.Combine(Settings.Output, "report.html"));
        AtomicFile.Write(markdown, ReportMarkdown.Text(content, figure => $"figures/{Path.GetFileName(figure.Png)}"));
        AtomicFile.Write(html, ReportPage.Html(content));
        return (markdown, html);
    }

    private ReportContent Content() => new()
    {
        Title = $"LogitNorm on {Settings.Dataset}: the paper's experiments, preset {Settings.Preset.Name}",
        Banner = Settings.Preset.Banner,
        Summary =
        [
            "Experiments of Wei et al., Mitigating Neural Network Overconfidence with Logit Normalization, ICML 2022, arXiv 2205.09310, "
                + "made again with Microsoft.ML.LogitNorm. A dash marks what is missing; the notes under each table say why, and how to fill it.",
            Settings.Preset.IsThePapers
                ? "The budget is the paper's."
                : $"This is not the paper's budget of 200 epochs of WRN-40-2: it is {Settings.Preset.Budget}. "
                    + "Figures of this budget do not compare with the paper's.",
        ],
        Tables = [.. TableMaker.Items.Select(Table)],
        Figures = [.. FigureMaker.Items.Select(Figure)],
        Settings = [.. Describe()],
        Runs = Runs(),
        Command = CommandText.Of("all", Settings),
    };

    private IEnumerable<(string Name, string Value)> Describe()
    {
        var preset = Settings.Preset;
        yield return ("preset", preset.Name);
        var most = preset.TrainLimit is { } limit ? $", at most {limit:N0}" : "";
        yield return ("trained on", $"{Settings.Dataset}, images of {preset.ImageSize}×{preset.ImageSize}{most}");
        yield return (
            "training",
            $"{preset.Backbone}, {preset.Epochs} epochs, batches of {preset.BatchSize}, {preset.Schedule}, {preset.Augmentation}, "
            + "SGD with Nesterov momentum 0.9, learning rate 0.1, weight decay 5e-4");
        yield return ("LogitNorm", $"{_context.Plan.LogitNorm}; a warm-up other than 0 is this library's addition");
        yield return (
            "seeds",
            $"{string.Join(", ", _context.Plan.Seeds)}; comparisons other than Tables 1, 2 and 4: {string.Join(", ", _context.Plan.OtherSeeds)}");
        yield return ("protocol", _context.Protocol.Text);
        yield return (
            "FPR95",
            "in-distribution positive, threshold at which at least 95 % of those images pass; the official code takes the recall nearest to 95 %");
        foreach (var machine in _context.Plan.Runs().Select(run => _context.Store.Find(run)?.Folder.ReadDescription()?.Machine).Distinct())
            if (machine is not null)
                yield return (
                    "machine",
                    $"{machine.Device}; {machine.Processor}; OMP_NUM_THREADS {machine.Threads}; {machine.OperatingSystem}; {machine.Runtime}; "
                    + $"Microsoft.ML.LogitNorm {machine.Library}; TorchSharp {machine.TorchSharp}");
        yield return ("written", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
    }

    private ReportTable Runs() => new()
    {
        Id = "runs",
        Title = "Runs",
        Caption = "Each run is a folder below runs, named by a hash of its options, with options, a line for each epoch, "
            + "the model, and the scores of every image.",
        Columns = ["run", "folder", "weights", "accuracy", "training", "images/s"],
        Rows = [.. _context.Plan.Runs().Select(run => (IReadOnlyList<string>)(_context.Store.Find(run) is { } result
            ?
            [
                run.ToString(), run.Hash, result.Trained.Parameters.ToString("N0", CultureInfo.InvariantCulture), Cell.Percent([result.Accuracy]),
                DurationText.Of(TimeSpan.FromSeconds(result.Trained.TrainingSeconds)),
                result.Trained.ImagesPerSecond.ToString("F0", CultureInfo.InvariantCulture),
            ]
            : [run.ToString(), run.Hash, Cell.Gap, Cell.Gap, Cell.Gap, Cell.Gap]))],
        Command = CommandText.Of("train", Settings),
    };
}
