using System.Diagnostics;
using System.Globalization;
using Shared.CommandLine;
using Spectre.Console;

namespace LogitNormTool.Scoring;

/// <summary>What <c>score</c> and <c>merge</c> say: a line for each file, which reads the same on a screen and in a job's log.</summary>
internal static class ScoreScreen
{
    public static void Plan(Shard shard, ScoreFiles files, IReadOnlyList<int> own, IReadOnlyList<int> open)
        => Screen.Rows(
        [
            ("shard", $"{shard}, {shard.Source}"),
            ("files", $"{own.Count:N0} of {files.Count:N0}, with {own.Sum(file => (long)files.Rows(file)):N0} of {files.Images:N0} images"),
            ("to do", open.Count == own.Count ? "all of them" : open.Count == 0 ? "nothing, they are done" : $"{open.Count:N0} of them, the others are done"),
        ]);

    public static void Scoring(long rows, Action<ScoreProgress> score)
    {
        var (clock, done, unreadable) = (Stopwatch.StartNew(), 0L, 0L);
        AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask($"scoring {rows:N0} images", maxValue: rows);
                score(new(() => bar.Value = ++done, (name, count, broken, time) =>
                {
                    unreadable += broken;
                    var left = done < rows ? $"; about {DurationText.Of(clock.Elapsed * ((double)(rows - done) / done))} left" : "";
                    AnsiConsole.MarkupLineInterpolated(
                        CultureInfo.InvariantCulture, $"{name}: {count:N0} images, {Pace(count, time)}{Broken(broken)}{left}.");
                }));
            });
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{done:N0} images[/] scored, {Pace(done, clock.Elapsed)}{Broken(unreadable)}.");
    }

    public static void Finished(string output, int files, int missing)
    {
        if (missing == 0)
            AnsiConsole.MarkupLineInterpolated($"All {files:N0} files are there: [bold]logitnorm merge {output}[/]");
        else
            AnsiConsole.MarkupLineInterpolated($"{files - missing:N0} of {files:N0} files are there; the others are other shards'.");
    }

    public static T Merging<T>(int files, Func<Action, T> merge)
        => AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask($"merging {files:N0} files", maxValue: files);
                return merge(() => bar.Value++);
            });

    public static void Merged(string output, long rows, long unreadable)
        => AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[bold]{rows:N0} rows[/], each image of the list once{Broken(unreadable)}. Written: [blue]{output}[/]");

    private static string Pace(long images, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{images / time.TotalSeconds:F1} images/s");

    private static string Broken(long count)
        => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {count:N0} cannot be read, see their error");
}
