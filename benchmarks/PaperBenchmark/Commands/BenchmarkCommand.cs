using System.CommandLine;
using PaperBenchmark.Figures;
using PaperBenchmark.Plans;
using PaperBenchmark.Tables;
using Shared.CommandLine;

namespace PaperBenchmark.Commands;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    public static RootCommand Create()
        => new("Runs the experiments of the LogitNorm paper (Wei et al., ICML 2022, arXiv 2205.09310) on your machine, and shows them as tables, "
            + "figures and one report. Begin with: all --preset smoke.")
        {
            All(),
            DownloadCommand.Create(),
            Train(),
            Evaluate(),
            Numbered(
                "table",
                "Show a table of the paper, or all scores and Extended LogitNorm, or other trainings, from finished runs.",
                TableMaker.All, (job, item) => job.Table(item)),
            Numbered("figure", "Draw a figure of the paper from finished runs, as PNG and SVG.", FigureMaker.Items, (job, item) => job.Figure(item)),
            Create("report", "Write all tables and figures of finished runs as one HTML file, and as Markdown.", (job, _) => job.Report()),
        };

    private static Command All()
        => Create("all", "Train, evaluate, and write the report. What is finished is not done again.", (job, _) =>
        {
            job.Train([], Shard.Whole, evaluate: true, dryRun: false);
            job.Report();
        });

    private static Command Train()
    {
        var items = Items("Train only what these tables and figures need");
        var shard = new ShardOptions("networks");
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Say which networks there are to train and how long it will take on this machine, from a few measured steps; then stop.",
        };
        var command = Create(
            "train",
            "Train the networks. A finished one is never trained twice; one that was stopped or killed goes on after its last whole epoch.",
            (job, result) => job.Train(result.GetValue(items)!, shard.Read(result), evaluate: false, result.GetValue(dryRun)));
        command.Add(items);
        shard.AddTo(command);
        command.Add(dryRun);
        return command;
    }

    private static Command Evaluate()
    {
        var items = Items("Evaluate only what these tables and figures need");
        var shard = new ShardOptions("networks");
        var command = Create(
            "evaluate",
            "Score all images by the networks that are trained, and keep the scores.",
            (job, result) => job.Evaluate(result.GetValue(items)!, shard.Read(result)));
        command.Add(items);
        shard.AddTo(command);
        return command;
    }

    private static Command Numbered(string name, string description, IReadOnlyCollection<string> items, Action<BenchmarkJob, string> run)
    {
        string[] names = [.. items.Select(item => item.Replace($"{name}-", "", StringComparison.Ordinal))];
        var item = new Argument<string>("NUMBER") { Description = $"{string.Join(", ", names)}." };
        var command = Create(name, description, (job, result) =>
        {
            var given = result.GetValue(item)!;
            run(job, items.FirstOrDefault(one => one == given || one == $"{name}-{given}")
                ?? throw new InputException($"{name} {given}: there is no such {name}. There are {string.Join(", ", names)}."));
        });
        command.Add(item);
        return command;
    }

    private static Argument<string[]> Items(string description)
        => new("ITEMS")
        {
            Description = $"{description}: {string.Join(", ", Plan.Items)}, {Plan.Trainings}. Default: all but the last.",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => [],
        };

    private static Command Create(string name, string description, Action<BenchmarkJob, ParseResult> run)
    {
        var command = new Command(name, description);
        var options = new BenchmarkOptions();
        options.AddTo(command);
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => run(new BenchmarkJob(options.Read(result), cancellation), result), Screen.Stopped, Screen.Failed, cancellation));
        return command;
    }
}
