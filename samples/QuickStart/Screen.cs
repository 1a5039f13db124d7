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

    // When the closing words say what the model cannot do.
    private const double Much = 0.1;

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

    /// <summary>How many were skipped; nothing where none were.</summary>
    public static void UnreadableTotal(int count, string file)
    {
        if (count > 0)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{count:N0} unreadable image{(count == 1 ? "" : "s")} skipped[/]; all are named in {file}.");
    }

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

    public static void Plan(
        PictureSets pictures,
        Backbone backbone,
        Augmentation augmentation,
        IReadOnlyList<(string Loss, int Epochs)> trainings,
        int batchSize,
        Settings settings)
    {
        AnsiConsole.Write(new Rule("[bold]Microsoft.ML.LogitNorm quick start[/]").LeftJustified());
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("Images", $"{pictures.Source}: {pictures.Train.Count:N0} to train, {pictures.Calibration.Count:N0} to calibrate{Note(pictures.CalibrationFrom)}, "
            + $"{pictures.Test.Count:N0} to test{Note(pictures.TestFrom)}");
        Row("Classes", string.Join(", ", pictures.Classes.Take(12)) + (pictures.Classes.Count > 12 ? $" … ({pictures.Classes.Count})" : ""));
        Row("Never seen", string.Join(", ", pictures.Ood.Select(set => $"{set.Name} ({set.Images.Count:N0})")));
        Row("Network", $"{backbone}, {augmentation}, batches of {batchSize}, on {(settings.GpuDeviceId is { } gpu ? $"GPU {gpu}" : "the CPU")}, "
            + $"seed {settings.Seed}");
        Row("Trainings", string.Join(", ", trainings.Select(training => $"{training.Loss} {training.Epochs} epochs"))
            + (trainings.DistinctBy(training => training.Epochs).Count() > 1
                ? ": a short showing for the first; docs/results.md compares both at equal length"
                : ""));
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

    public static void Comparison(LossResult crossEntropy, LossResult logitNorm, int testImages, OodDetectorReport detector)
    {
        AnsiConsole.WriteLine();
        var table = new Table().Title("Known or never seen?").Border(TableBorder.Rounded).AddColumn("");
        (LossResult Result, IReadOnlyList<OodResult> Sets)[] columns =
            [(crossEntropy, crossEntropy.Softmax), (logitNorm, logitNorm.Softmax), (logitNorm, logitNorm.Ood)];
        foreach (var (result, sets) in columns)
            table.AddColumn(new TableColumn($"{result.Loss},\n{(sets == result.Ood ? "[bold]default score[/]" : "softmax score")}").RightAligned());
        for (var i = 0; i < logitNorm.Ood.Count; i++)
        {
            var at = i;
            Row($"{logitNorm.Ood[i].Name}: FPR95, lower is better", column => Percent(column.Sets[at].FprAt95Tpr));
            Row($"{logitNorm.Ood[i].Name}: AUROC, higher is better", column => Percent(column.Sets[at].Auroc));
        }
        Row("mean FPR95", column => Percent(column.Sets.Average(set => set.FprAt95Tpr)));
        Row("mean AUROC", column => Percent(column.Sets.Average(set => set.Auroc)));
        Row("accuracy on known images", column => Percent(column.Result.Accuracy));
        Row("epochs", column => column.Result.Epochs.ToString(CultureInfo.InvariantCulture));
        Row("training time", column => $"{column.Result.TrainSeconds:F0} s");
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("[grey]FPR95: the share of never-seen images that pass as known when 95 % of known images do.[/]");
        AnsiConsole.MarkupLineInterpolated(
            $"[grey]Softmax score: what one can do with any classifier. Default score: {logitNorm.Score}.[/]");
        AnsiConsole.WriteLine();
        InWords(logitNorm);
        var (low, high) = Proportion.Interval(logitNorm.FalseAlarmRate, testImages);
        AnsiConsole.MarkupLine($"  The detector: {Percent(logitNorm.FalseAlarmRate)} false alarms on {testImages:N0} test images, "
            + $"from which the true rate may be {Percent(low)} to {Percent(high)}.");
        AnsiConsole.MarkupLineInterpolated($"  [grey]Its promise: {detector.ToString().Split('\n')[0]}[/]");

        void Row(string name, Func<(LossResult Result, IReadOnlyList<OodResult> Sets), string> value)
            => table.AddRow([Markup.Escape(name), .. columns.Select(column => Markup.Escape(value(column)))]);
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

    private static void InWords(LossResult result)
    {
        foreach (var (softmax, set) in result.Softmax.Zip(result.Ood))
        {
            var change = set.FprAt95Tpr - softmax.FprAt95Tpr;
            var words = change < -Tie ? "[green]the default score tells them apart better[/]"
                : change > Tie ? "[yellow]the softmax score wins here[/]"
                : "no difference to speak of";
            AnsiConsole.MarkupLine(
                $"  {Markup.Escape(set.Name)}: {words} ({Percent(set.FprAt95Tpr)} pass, {Percent(softmax.FprAt95Tpr)} by the softmax score).");
        }
        if (result.Ood.MaxBy(set => set.FprAt95Tpr) is { FprAt95Tpr: > Much } worst)
            AnsiConsole.MarkupLine($"  [yellow]What it cannot do: {Percent(worst.FprAt95Tpr)} of {Markup.Escape(worst.Name)} still pass.[/] "
                + "They look like what it knows; verdicts.png shows the most familiar ones.");
    }

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private sealed class Progress(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
