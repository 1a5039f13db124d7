using Spectre.Console;

namespace PaperBenchmark.Datasets.Download;

/// <summary>What <c>download</c> shows.</summary>
internal sealed class DownloadScreen(IAnsiConsole console)
{
    /// <summary>A bar for as long as a file is worked on.</summary>
    public Task Follow(RemoteFile file, Func<IProgress<DownloadProgress>, Task> fetch) => console.Progress()
        .AutoRefresh(console.Profile.Capabilities.Interactive)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(file.Name), maxValue: file.Bytes ?? double.MaxValue);
            await fetch(new Bar(bar, file));
        });

    public void Done(Dataset set, string what) => console.MarkupLineInterpolated($"[green]{set.Title}[/] {what}.");

    public void Failed(Dataset set, string why) => console.MarkupLineInterpolated($"[red]{set.Title}[/] {why}");

    /// <summary>All sets, what there is of each, and where it comes from.</summary>
    public void List(string root)
    {
        var folder = new DatasetFolder(root, cache: root, unreadable: _ => { });
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "set", "there", "size", "checksum", "licence", "address");
        foreach (var set in DatasetCatalog.All)
        {
            table.AddRow(
                Markup.Escape(set.Name),
                Markup.Escape($"{set.Title}: {set.Paper}"),
                folder.Has(set.Name) ? set.IsGenerated ? "generated" : "[green]yes[/]" : "no",
                set.IsGenerated ? "-" : Size(set),
                set.IsGenerated ? "-" : string.Join('\n', set.Files.Select(file => file.Checksum.Kind.Name).Distinct()),
                Markup.Escape(set.License),
                Markup.Escape(string.Join('\n', set.Files.Select(file => file.Address))));
        }

        console.Write(table);
        if (folder.UnlistedSets is { Count: > 0 } others)
            console.MarkupLineInterpolated($"Also in {root}: {string.Join(", ", others)}.");
    }

    private static string Size(Dataset set)
        => set.Files.All(file => file.Bytes is not null) ? $"{set.Files.Sum(file => file.Bytes!.Value) / 1e6:N0} MB" : "not published";

    // Reports come from one thread, in order: no detour over a synchronization context.
    private sealed class Bar(ProgressTask task, RemoteFile file) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            task.Description = Markup.Escape($"{value.Doing} {file.Name}");
            if (value.Total is { } total)
                task.MaxValue = total;
            task.Value = value.Bytes;
        }
    }
}
