using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;
using Shared.CommandLine;

namespace PaperBenchmark.Commands;

/// <summary>The work behind the commands: trainings and what is measured on them.</summary>
internal sealed class BenchmarkJob
{
    private readonly BenchmarkSettings _settings;
    private readonly CancellationToken _cancellation;
    private readonly MLContext _ml;

    public BenchmarkJob(BenchmarkSettings settings, CancellationToken cancellation)
    {
        (_settings, _cancellation) = (settings, cancellation);
        _ml = new(seed: 1) { GpuDeviceId = settings.GpuDeviceId, FallbackToCpu = false };
        _ml.Log += (_, message) => Screen.Log(message);
    }

    /// <summary>Trains what is not trained yet.</summary>
    /// <param name="items">The tables and figures to train for; none for all.</param>
    /// <param name="shard">Which of these networks are this process's.</param>
    /// <param name="evaluate">Whether to score all images by each network as soon as it is trained.</param>
    /// <param name="dryRun">Whether to say only what there is to do, and how long it will take.</param>
    public void Train(IReadOnlyList<string> items, Shard shard, bool evaluate, bool dryRun)
    {
        var runs = Own(_settings.Plan.Runs(items), shard);
        if (runs.Count == 0)
            return;   // more shards than networks
        OutputStorage.Check(_settings.Output, runs.Count(run => !FolderOf(run).IsTrained));
        var images = Images();
        Screen.Plan(_settings, images, runs, FolderOf);
        var left = Estimate(images, runs);
        Screen.Estimate(left.Values);
        if (dryRun)
            return;
        var screen = new RunScreen(runs, left);
        if (evaluate)
            ImageExamples.Write(_settings.Output, images);
        var trainer = new RunTrainer(_ml, images, _settings.GpuDeviceId, screen, _cancellation);
        var evaluator = new RunEvaluator(_ml, images, screen, _cancellation);
        foreach (var run in runs)
        {
            var trained = trainer.Train(run, FolderOf(run));
            if (trained && evaluate)
                evaluator.Evaluate(run, FolderOf(run), _settings.Plan.Scores(run));
        }
    }

    /// <summary>Scores all images by the networks that are trained.</summary>
    /// <param name="items">The tables and figures to score for; none for all.</param>
    /// <param name="shard">Which of these networks are this process's.</param>
    public void Evaluate(IReadOnlyList<string> items, Shard shard)
    {
        var runs = Own(_settings.Plan.Runs(items), shard);
        if (runs.Count == 0)
            return;   // more shards than networks
        OutputStorage.Check(_settings.Output, runs.Count);
        if (runs.All(run => !FolderOf(run).IsTrained))
            throw new InputException($"None of the {runs.Count} networks is trained yet in {_settings.Output}. "
                + $"Run train first: {CommandText.Of("train", _settings)}");
        var images = Images();
        ImageExamples.Write(_settings.Output, images);
        var screen = new RunScreen(runs, []);
        var evaluator = new RunEvaluator(_ml, images, screen, _cancellation);
        foreach (var run in runs)
            if (FolderOf(run).IsTrained)
                evaluator.Evaluate(run, FolderOf(run), _settings.Plan.Scores(run));
            else
                Screen.NotTrained(run);
    }

    /// <summary>Shows a table.</summary>
    public void Table(string item) => Screen.Table(new ReportMaker(_settings).Table(item));

    /// <summary>Draws a figure.</summary>
    public void Figure(string item) => Screen.Figure(new ReportMaker(_settings).Figure(item));

    /// <summary>Writes the report, and shows the main table.</summary>
    public void Report()
    {
        OutputStorage.Check(_settings.Output, runs: 0);
        var maker = new ReportMaker(_settings);
        Screen.Table(maker.Table("table-1"));
        var (markdown, html) = maker.Write();
        Screen.Files(html, markdown);
    }

    // By their place among all, finished ones too: so each shard has the same runs whenever it is started.
    private static IReadOnlyList<RunOptions> Own(IReadOnlyList<RunOptions> runs, Shard shard)
    {
        var own = shard.Of(runs);
        Screen.Shard(shard, own.Count, runs.Count);
        return own;
    }

    private RunFolder FolderOf(RunOptions run) => RunFolder.Of(_settings.Output, run);

    private BenchmarkImages Images() => Screen.Loading(loading => ImageLoading.Load(_settings, Screen.Unreadable, loading, _cancellation));

    // Measured once for each network, with and without outliers, as nothing else changes the time of a step by much.
    private Dictionary<string, TimeSpan> Estimate(BenchmarkImages images, IReadOnlyList<RunOptions> runs)
    {
        RunOptions[] open = [.. runs.Where(run => !FolderOf(run).IsTrained && FolderOf(run).ReadDiverged() is null)];
        var pace = open.DistinctBy(Kind).ToDictionary(Kind, run => Screen.Measuring(
            run, images.Train.Count, () => TrainingPace.Measure(_ml, images, run, _cancellation)));
        return open.ToDictionary(run => run.Hash, run => TimeSpan.FromSeconds(
            (run.Epochs - EpochLog.Read(FolderOf(run).Epochs).Count) * (images.Train.Count / pace[Kind(run)])));

        static (Backbone, SyntheticOutliers, string?) Kind(RunOptions run) => (run.Backbone, run.SyntheticOutliers, run.OutlierSet);
    }
}
