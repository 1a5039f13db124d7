using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Microsoft.ML.Runtime;
using Shared.Images;
using Spectre.Console;

namespace CompareScores;

/// <summary>All that the program says.</summary>
internal static class Screen
{
    public static T Opening<T>(Func<T> open) => AnsiConsole.Status().Start("Opening the images", _ => open());

    public static void Unreadable(UnreadableImage image) => AnsiConsole.MarkupLineInterpolated($"[yellow]Skipped[/] {image.Path}: {image.Reason}");

    /// <summary>Says what of the user's folders and zip files was not read; nothing where all was.</summary>
    public static void LeftOut(LeftOut leftOut, string file)
    {
        if (leftOut.Items.Count == 0)
            return;
        AnsiConsole.MarkupLine("[yellow]Left out of the images:[/]");
        foreach (var line in leftOut.Summary)
            AnsiConsole.MarkupLineInterpolated($"  {line}");
        AnsiConsole.MarkupLineInterpolated($"  [grey]Each is named in {file}.[/]");
    }

    public static void Plan(Settings settings, ImageSets images)
    {
        AnsiConsole.Write(new Rule("[bold]Out-of-distribution scores, compared[/]").LeftJustified());
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("Models", string.Join(", ", settings.Models.Select(model => $"{model.Name} ({model.Path})")));
        Row("Known", $"{settings.Test}: {images.Test.Count:N0} images");
        Row("Unknown", string.Join(", ", settings.Ood));
        if (settings.SearchOn.Count > 0)
            Row("To choose on", $"{string.Join(", ", settings.SearchOn)}, and {images.Validation.Count:N0} of the known images");
        Row("To learn from", images.Train is { } train
            ? $"{settings.Train}: {train.Count:N0} images"
            : "nothing: scores that learn are left out. --train PATH brings them in");
        AnsiConsole.Write(grid);

        void Row(string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
    }

    /// <summary>Shows a bar while the images of a model are looked at.</summary>
    /// <param name="name">The model.</param>
    /// <param name="images">How many looks there are in all.</param>
    /// <param name="work">The work; calls its argument at each look, on any thread.</param>
    public static T Working<T>(string name, int images, Func<Action, T> work)
        => AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(name), maxValue: images);
                return work(() => task.Increment(1));
            });

    public static void Result(ModelResult result)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(Table(result));
        AnsiConsole.MarkupLine("[grey]FPR95 and AUROC in %. FPR95, lower is better: unknown images that pass as known when 95 % of the known do. "
            + "AUROC, higher is better. ms: the score's own time per 1,000 images.[/]");
        foreach (var failed in result.Scores.Results.Where(score => score.Failure is not null))
            AnsiConsole.MarkupLineInterpolated($"[grey]{failed.Score!.Name}: {failed.Failure}[/]");
        if (result.LeftOut.Count > 0)
            AnsiConsole.MarkupLineInterpolated($"[grey]Left out, as they learn and there is no --train: {string.Join(", ", result.LeftOut)}.[/]");
        var (before, after) = (result.Calibration.Before, result.Calibration.After);
        var fitted = $"at temperature {result.Calibration.Temperature:G3} ECE {Percent(after.ExpectedCalibrationError)} %";
        var likelihood = $"NLL {before.NegativeLogLikelihood:F3} → {after.NegativeLogLikelihood:F3}";
        AnsiConsole.MarkupLineInterpolated(
            $"Calibration: {Words(before)} (ECE {Percent(before.ExpectedCalibrationError)} %); {fitted}, {likelihood}.");
    }

    public static void Files(IEnumerable<string> paths)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Written:");
        foreach (var path in paths)
            AnsiConsole.MarkupLineInterpolated($"  [blue]{path}[/]");
    }

    /// <summary>Warnings and errors of the library; ML.NET's own chatter stays out.</summary>
    public static void Log(LoggingEventArgs message)
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{message.Kind}[/] {message.RawMessage}");
    }

    public static void Stopped() => AnsiConsole.MarkupLine("\n[yellow]Stopped.[/] Models that were finished before are in the files.");

    public static void Failed(Exception error) => AnsiConsole.MarkupLineInterpolated($"\n[red]Error:[/] {error.Message}");

    private static Table Table(ModelResult result)
    {
        // Tight, so that the means and three sets fit into 80 characters; where there are more, the two figures stand one over the other.
        var table = new Table()
            .Title($"[bold]{Markup.Escape(result.Model.Name)}[/]")
            .Border(TableBorder.Horizontal)
            .AddColumn(new TableColumn("score").NoWrap().PadLeft(0).PadRight(0));
        foreach (var name in result.Rows.Ood.Keys.Append("mean").Append("ms"))
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned().PadLeft(1).PadRight(0));
        foreach (var score in result.Scores.Results.Where(score => score.Failure is null))
            table.AddRow([
                Markup.Escape(score.Search is not null || score.Score!.Name == nameof(OodScores.Fuse) ? score.Name : score.Score.Name),
                .. score.Sets.Select(set => Pair(set.Metrics.FprAt95Tpr, set.Metrics.Auroc)),
                $"[bold]{Pair(score.MeanFprAt95Tpr, score.MeanAuroc)}[/]",
                score.MillisecondsPer1000Rows.ToString(score.MillisecondsPer1000Rows < 10 ? "F1" : "N0", CultureInfo.InvariantCulture),
            ]);
        return table;
    }

    private static string Words(CalibrationMetrics metrics) => (metrics.MeanConfidence - metrics.Accuracy) switch
    {
        > 0.01 => $"too sure, right in {Percent(metrics.Accuracy)} % at a mean confidence of {Percent(metrics.MeanConfidence)} %",
        < -0.01 => $"not sure enough, right in {Percent(metrics.Accuracy)} % at a mean confidence of {Percent(metrics.MeanConfidence)} %",
        _ => $"as sure as it is right, {Percent(metrics.Accuracy)} %",
    };

    private static string Pair(double fpr, double auroc) => $"{Percent(fpr)} {Percent(auroc)}";

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture);
}
