using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Microsoft.ML.Runtime;
using QuickStart.Report;
using Shared.Images;
using Spectre.Console;

namespace QuickStart;

/// <summary>All that the program says.</summary>
internal static class Screen
{
    private const int MostUnreadableNamed = 20;

    // A point of FPR95 on some hundred images is a handful of images: no difference to speak of.
    private const double Tie = 0.01;

    public static PictureSets Painting(Func<IProgress<double>, PictureSets> paint)
        => AnsiConsole.Progress().AutoClear(true).Start(context =>
        {
            var task = context.AddTask("Painting road signs", maxValue: 1);
            return paint(new Progress(task));
        });

    public static void Unreadable(UnreadableImage image, int count)
    {
        if (count <= MostUnreadableNamed)
            AnsiConsole.MarkupLineInterpolated($"[yellow]Skipped[/] {image.Path}: {image.Reason}");
    }

    public static void UnreadableTotal(int count, string file)
        => AnsiConsole.MarkupLineInterpolated($"[yellow]{count:N0} unreadable image{(count == 1 ? "" : "s")} skipped[/]; all are named in {file}.");

    /// <summary>Says what of the user's folders and zip files was not read; nothing where all was.</summary>
    public static void LeftOut(LeftOut leftOut, string file)
    {
        if (leftOut.Items.Count == 0)
            return;
        AnsiConsole.MarkupLine("[yellow]Left out of your images:[/]");
        foreach (var line in leftOut.Summary)
            AnsiConsole.MarkupLineInterpolated($"  {line}");
        AnsiConsole.MarkupLineInterpolated($"  [grey]Each is named in {file}.[/]");
    }

    public static void Plan(PictureSets pictures, Backbone backbone, int epochs, int batchSize, Settings settings)
    {
        AnsiConsole.Write(new Rule("[bold]Microsoft.ML.LogitNorm quick start[/]").LeftJustified());
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("Images", $"{pictures.Source}: {pictures.Train.Count:N0} to train, {pictures.Calibration.Count:N0} to calibrate{Note(pictures.CalibrationFrom)}, "
            + $"{pictures.Test.Count:N0} to test{Note(pictures.TestFrom)}");
        Row("Classes", string.Join(", ", pictures.Classes.Take(12)) + (pictures.Classes.Count > 12 ? $" … ({pictures.Classes.Count})" : ""));
        Row("Never seen", string.Join(", ", pictures.Ood.Select(set => $"{set.Name} ({set.Images.Count:N0})")));
        Row("Network", $"{backbone}, {epochs} epochs in batches of {batchSize}, on {(settings.GpuDeviceId is { } gpu ? $"GPU {gpu}" : "the CPU")}, "
            + $"seed {settings.Seed}");
        AnsiConsole.Write(grid);

        void Row(string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));

        static string Note(string? from) => from is null ? "" : $" ({from})";
    }

    public static void Training(TrainingLoss loss)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]Training with {loss}[/]");
    }

    /// <summary>Warnings and errors of the library; ML.NET's own chatter stays out.</summary>
    public static void Log(LoggingEventArgs message)
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{message.Kind}[/] {message.RawMessage}");
    }

    public static void Comparison(IReadOnlyList<LossResult> results, double askedRate)
    {
        AnsiConsole.WriteLine();
        var table = new Table().Title("Known or never seen?").Border(TableBorder.Rounded).AddColumn("");
        foreach (var result in results)
            table.AddColumn(new TableColumn(result.Loss).RightAligned());
        Row("accuracy on known images", result => Percent(result.Accuracy));
        Row($"false alarms (at most {askedRate.ToString("P0", CultureInfo.InvariantCulture)} asked)", result => Percent(result.FalseAlarmRate));
        for (var i = 0; i < results[0].Ood.Count; i++)
        {
            var (set, at) = (results[0].Ood[i], i);
            Row($"{set.Name}: FPR95, lower is better", result => Percent(result.Ood[at].FprAt95Tpr));
            Row($"{set.Name}: AUROC, higher is better", result => Percent(result.Ood[at].Auroc));
        }
        Row("mean FPR95", result => Percent(result.Ood.Average(set => set.FprAt95Tpr)));
        Row("mean AUROC", result => Percent(result.Ood.Average(set => set.Auroc)));
        Row("training time", result => $"{result.TrainSeconds:F0} s");
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("[grey]FPR95: the share of never-seen images that pass as known when 95 % of known images do. "
            + "Score: largest softmax probability.[/]");
        AnsiConsole.WriteLine();
        InWords(results[0], results[1]);

        void Row(string name, Func<LossResult, string> value) => table.AddRow([Markup.Escape(name), .. results.Select(result => Markup.Escape(value(result)))]);
    }

    public static void Files(params string[] paths)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Written:");
        foreach (var path in paths)
            AnsiConsole.MarkupLineInterpolated($"  [blue]{path}[/]");
    }

    public static void Predictions(IEnumerable<(string Kind, Verdict Verdict)> predictions)
    {
        AnsiConsole.WriteLine();
        var table = new Table().Title("model.zip, loaded again, one image at a time").Border(TableBorder.Rounded)
            .AddColumns("image", "is", "the model says", "more unusual than");
        foreach (var (kind, verdict) in predictions)
            table.AddRow(
                Markup.Escape(Path.GetFileName(verdict.ImagePath)),
                Markup.Escape(kind),
                verdict.IsOutOfDistribution
                    ? "[red]none of the things I know[/]"
                    : $"[green]{Markup.Escape(verdict.PredictedLabel)}[/], {Percent(verdict.Score.Max())} sure",
                $"{Percent(verdict.OodConfidence)} of known images");
        AnsiConsole.Write(table);
    }

    public static void Stopped() => AnsiConsole.MarkupLine("\n[yellow]Stopped.[/] What was finished before is kept.");

    public static void Failed(Exception error) => AnsiConsole.MarkupLineInterpolated($"\n[red]Error:[/] {error.Message}");

    private static void InWords(LossResult crossEntropy, LossResult logitNorm)
    {
        foreach (var (before, after) in crossEntropy.Ood.Zip(logitNorm.Ood))
        {
            var change = after.FprAt95Tpr - before.FprAt95Tpr;
            var words = change < -Tie ? "[green]LogitNorm tells them apart better[/]"
                : change > Tie ? "[yellow]LogitNorm did not win here: it lets more of them pass[/]"
                : "no difference to speak of";
            AnsiConsole.MarkupLine($"  {Markup.Escape(before.Name)}: {words} (FPR95 {Percent(after.FprAt95Tpr)} against {Percent(before.FprAt95Tpr)}).");
        }
        var accuracy = logitNorm.Accuracy - crossEntropy.Accuracy;
        var price = accuracy < -0.01 ? "; a price was paid" : "";
        AnsiConsole.MarkupLineInterpolated(
            $"  Accuracy: LogitNorm {Percent(logitNorm.Accuracy)}, cross-entropy {Percent(crossEntropy.Accuracy)}{price}.");
    }

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private sealed class Progress(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
