using System.CommandLine;
using PaperBenchmark.Datasets;
using PaperBenchmark.Datasets.Download;
using Shared.CommandLine;
using Spectre.Console;

namespace PaperBenchmark.Commands;

/// <summary><c>download</c>: fetches data sets.</summary>
internal static class DownloadCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = $"Sets to fetch: {string.Join(", ", DatasetCatalog.All.Where(set => !set.IsGenerated).Select(set => set.Name))}. "
                + "Without any, all sets are listed.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var root = new Option<string>("--data-root") { Description = "The folder they go to.", HelpName = "DIR", DefaultValueFactory = _ => "data" };
        var list = new Option<bool>("--list")
        {
            Description = "Lists all sets: which are there, their size, licence, address, and how a download is verified.",
        };
        var command = new Command(
            "download",
            "Fetches data sets from their publishers, goes on where it was stopped, and verifies every file. "
            + "Example: download cifar10 svhn textures --data-root data")
        {
            names, root, list,
        };
        command.SetAction((result, cancellation) =>
        {
            var screen = new DownloadScreen(AnsiConsole.Console);
            var folder = result.GetRequiredValue(root);
            return CommandJob.Run(
                () =>
                {
                    if (result.GetValue(list) || result.GetValue(names) is not { Length: > 0 } wanted)
                    {
                        screen.List(folder);
                        return;
                    }

                    using var http = Downloader.CreateClient();
                    new DownloadJob(folder, new(http, new()), screen).Run(wanted, cancellation).GetAwaiter().GetResult();
                },
                stopped: () => AnsiConsole.MarkupLineInterpolated($"[yellow]Stopped.[/] What has arrived is kept; the same command goes on from there."),
                failed: e => AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]"),
                cancellation);
        });
        return command;
    }
}
