using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Microsoft.ML.Runtime;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Runs;
using Shared.CommandLine;
using Shared.Images;
using Spectre.Console;

namespace PaperBenchmark.Commands;

/// <summary>What the program says besides how its runs go (<see cref="RunScreen"/>).</summary>
internal static class Screen
{
    private const int MostUnreadableNamed = 20;

    private static int _unreadable;

    /// <summary>Warnings and errors of the library; ML.NET's own chatter stays out.</summary>
    public static void Log(LoggingEventArgs message)
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{message.Kind}[/] {message.RawMessage}");
    }

    public static void Unreadable(UnreadableImage image)
    {
        if (Interlocked.Increment(ref _unreadable) is var count && count <= MostUnreadableNamed)
            AnsiConsole.MarkupLineInterpolated($"[yellow]Skipped[/] {image.Path}: {image.Reason}");
        else if (count == MostUnreadableNamed + 1)
            AnsiConsole.MarkupLine("[yellow]Skipped[/] more unreadable images; they are not named.");
    }

    public static T Loading<T>(Func<Action<string>, T> load)
        => AnsiConsole.Status().Start("Loading images", status => load(name => status.Status($"Loading {Markup.Escape(name)}")));

    public static double Measuring(RunOptions run, int trainingImages, Func<double> measure)
    {
        var pace = AnsiConsole.Status().Start($"Timing a few steps of {Markup.Escape(run.Backbone.ToString()!)}", _ => measure());
        var time = DurationText.Of(TimeSpan.FromSeconds(run.Epochs * trainingImages / pace));
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"{run.Backbone.ToString()}: {pace:F0} images/s, about {time} for {run.Epochs} epochs");
        return pace;
    }

    public static void Plan(BenchmarkSettings settings, BenchmarkImages images, IReadOnlyList<RunOptions> runs, Func<RunOptions, RunFolder> folder)
    {
        AnsiConsole.Write(new Rule($"[bold]LogitNorm paper benchmark, preset {Markup.Escape(settings.Preset.Name)}[/]").LeftJustified());
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("Images", $"{images.Train.Name}: {images.Train.Count:N0} to train, {images.Test.Count:N0} to test, {images.Train.Classes.Count} classes, "
            + $"{images.Train.Size}×{images.Train.Size}");
        Row("Unknown", string.Join(", ", images.Ood.Select(set => $"{set.Name} ({set.Count:N0})")));
        Row("Networks", $"{runs.Count}, of which {runs.Count(run => folder(run).IsTrained)} are trained");
        Row("Output", settings.Output);
        AnsiConsole.Write(grid);
        foreach (var reason in images.Missing.Values)
            AnsiConsole.MarkupLineInterpolated($"[yellow]Left out[/] {reason}");

        void Row(string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
    }

    public static void Shard(Shard shard, int own, int all)
    {
        if (shard.Count > 1)
            AnsiConsole.MarkupLineInterpolated($"Shard {shard.ToString()}, {shard.Source}: {own} of {all} networks.");
    }

    public static void Estimate(IReadOnlyCollection<TimeSpan> left)
    {
        if (left.Count > 0)
        {
            var time = DurationText.Of(left.Aggregate(TimeSpan.Zero, (sum, one) => sum + one));
            AnsiConsole.MarkupLineInterpolated(
                $"By a few measured steps, training the {left.Count} networks that are not finished takes about [bold]{time}[/] on this machine.");
        }
    }

    public static void NotTrained(RunOptions run) => AnsiConsole.MarkupLineInterpolated($"[yellow]Not trained yet[/] {run.ToString()}");

    public static void Table(ReportTable table)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{table.Title}[/]");
        AnsiConsole.WriteLine(table.Caption);
        TableScreen.Show(table);
        Notes(table.Notes);
    }

    public static void Figure(ReportFigure figure)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{figure.Title}[/]");
        AnsiConsole.WriteLine(figure.Caption);
        Notes(figure.Notes);
        if (figure is { Png: { } png, Svg: { } svg })
            Files(png, svg);
    }

    public static void Files(params string[] paths)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Written:");
        foreach (var path in paths)
            AnsiConsole.MarkupLineInterpolated($"  [blue]{path}[/]");
    }

    private static void Notes(IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
            AnsiConsole.MarkupLineInterpolated($"[grey]- {note}[/]");
    }

    public static void Stopped()
        => AnsiConsole.MarkupLine("\n[yellow]Stopped.[/] Finished runs are kept; "
            + "the one that was running goes on after its last whole epoch when the command is run again.");

    public static void Failed(Exception error) => AnsiConsole.MarkupLineInterpolated($"\n[red]Error:[/] {error.Message}");
}
