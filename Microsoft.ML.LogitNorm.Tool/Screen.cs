using System.Globalization;
using LogitNormTool.Audit;
using LogitNormTool.Prediction;
using LogitNormTool.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using QuickStart;
using QuickStart.Report;
using Shared.CommandLine;
using Shared.Images;
using Spectre.Console;

namespace LogitNormTool;

/// <summary>All that the tool says. What other programs read goes to standard output as it is; this is for people.</summary>
internal static class Screen
{
    private const int MostNamed = 5;

    public static T Opening<T>(Func<T> open) => AnsiConsole.Status().Start("Looking at the images", _ => open());

    /// <summary>Warnings and errors of the library; ML.NET's own chatter stays out.</summary>
    public static void Log(LoggingEventArgs message)
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            Warn(message.RawMessage);
    }

    // On standard error, so that --json stays clean.
    public static void Warn(string message) => ErrorConsole().MarkupLineInterpolated($"[yellow]Warning:[/] {message}");

    public static void Stopped() => ErrorConsole().MarkupLine("[yellow]Stopped.[/] What was finished before is kept.");

    public static void Failed(Exception error) => ErrorConsole().MarkupLineInterpolated($"[red]Error:[/] {error.Message}");

    public static void Unreadable(IReadOnlyList<UnreadableImage> images, string file)
    {
        foreach (var image in images.Take(MostNamed))
            AnsiConsole.MarkupLineInterpolated($"[yellow]Skipped[/] {image.Path}: {image.Reason}");
        QuickStart.Screen.UnreadableTotal(images.Count, file);
    }

    /// <summary>Says what was not looked at, beside the answers.</summary>
    public static void LeftOut(LeftOut leftOut)
    {
        foreach (var line in leftOut.Summary)
            Warn($"left out: {line}");
    }

    public static void Exported(OnnxExport export, string file)
    {
        var table = Table("output", "values a row", "from the model's own");
        foreach (var output in export.Outputs)
            table.AddRow(
                Markup.Escape($"{output.Name} ({output.Type})"), output.Length.ToString(CultureInfo.InvariantCulture),
                double.IsNaN(output.LargestDifference)
                    ? string.Create(CultureInfo.InvariantCulture, $"{output.Differing} of {export.RowsCompared} rows differ")
                    : string.Create(CultureInfo.InvariantCulture, $"at most {output.LargestDifference:0.0e+0} on {export.RowsCompared} rows"));
        AnsiConsole.Write(table);
        Rows(
        [
            ("file", string.Create(CultureInfo.InvariantCulture, $"{file}, {export.Bytes / 1e6:0.0} MB, ONNX opset {export.Opset}")),
            ("input", $"{export.Input}: Single, batch × {string.Join(" × ", export.InputShape)}"),
            ("not in it", export.LeftOut.Count == 0 ? "nothing" : string.Join(", ", export.LeftOut)),
        ]);
    }

    public static void Plan(PictureSets pictures, int ranking, int calibration, FeatureChoice choice, PhotoTraining training, TrainSettings settings)
        => Rows(
        [
            ("images", $"{pictures.Source}: {pictures.Train.Count:N0} to train, {ranking:N0} to rank the score, {calibration:N0} to calibrate the decision, "
                + $"{pictures.Test.Count:N0} to test"),
            ("classes", $"{pictures.Classes.Count}: {string.Join(", ", pictures.Classes.Take(12))}{(pictures.Classes.Count > 12 ? " …" : "")}"),
            ("strangers", string.Join(", ", pictures.Ood.Select(set => $"{set.Name} ({set.Images.Count:N0})"))),
            (
                "trained",
                $"{training.Description}; {training.Epochs} epochs, on {(settings.GpuDeviceId is { } gpu ? $"GPU {gpu}" : "the CPU")}, seed {settings.Seed}"),
            ("features", $"{choice.Kind.ToString().ToLowerInvariant()}: {choice.Reason}"),
        ]);

    /// <summary>A bar while features are computed; nothing where there are none to compute.</summary>
    public static void Preparing(Action<Action<int, int>> prepare)
        => AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask? task = null;
                prepare((done, all) =>
                {
                    task ??= context.AddTask($"features of {all:N0} images", maxValue: all);
                    task.Value = done;
                });
            });

    public static void Trained(LossResult result, int testImages, OodDetectorReport detector, TimeSpan prepared, TimeSpan whole)
    {
        var table = Table("images of none of the classes", "pass as known when 95 % of the known do", "AUROC", "by the softmax score");
        foreach (var (set, softmax) in result.Ood.Zip(result.Softmax))
            table.AddRow(
                Markup.Escape($"{set.Name} ({set.Rows:N0})"), Percent(set.FprAt95Tpr), Percent(set.Auroc),
                $"{Percent(softmax.FprAt95Tpr)}, {Percent(softmax.Auroc)}");
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"[bold]{Percent(result.Accuracy)}[/] of {testImages:N0} test images get the right class.");
        var (low, high) = Proportion.Interval(result.FalseAlarmRate, testImages);
        AnsiConsole.MarkupLineInterpolated(
            $"{Percent(result.FalseAlarmRate)} of them are taken for unknown (the true rate may be {Percent(low)} to {Percent(high)}).");
        AnsiConsole.MarkupLineInterpolated($"[grey]{detector.ToString().Split('\n')[0]}[/]");
        AnsiConsole.MarkupLineInterpolated($"[grey]{whole.TotalSeconds:F0} s, of which {prepared.TotalSeconds:F0} s until the features were there.[/]");
    }

    public static void Written(params string[] paths)
    {
        AnsiConsole.WriteLine("Written:");
        foreach (var path in paths)
            AnsiConsole.MarkupLineInterpolated($"  [blue]{path}[/]");
    }

    public static void Next(string model) => AnsiConsole.MarkupLineInterpolated($"Try it: [bold]logitnorm predict {model} IMAGE[/]");

    public static void Answers(IReadOnlyList<Answer> answers)
    {
        var table = Table("image", "the model says", "more unusual than");
        foreach (var answer in answers)
            table.AddRow(
                Markup.Escape(answer.Image),
                answer switch
                {
                    { Error: { } error } => $"[yellow]unreadable: {Markup.Escape(error)}[/]",
                    { OutOfDistribution: true } => $"[red]none of the things I know[/] [grey](nearest: {Markup.Escape(answer.Prediction!)})[/]",
                    _ => $"[green]{Markup.Escape(answer.Prediction!)}[/], {Percent(answer.Probability!.Value)} sure",
                },
                answer.Unusualness is { } share ? $"{Percent(share)} of known images" : "");
        AnsiConsole.Write(table);
    }

    public static void Evaluated(Evaluation evaluation)
    {
        var table = Table("images of none of the classes", "found by the decision", "pass when 95 % of the known do", "AUROC");
        foreach (var set in evaluation.Ood)
            table.AddRow(
                Markup.Escape($"{set.Score.Name} ({set.Score.Rows:N0})"), Percent(set.DetectionRate), Percent(set.Score.FprAt95Tpr), Percent(set.Score.Auroc));
        AnsiConsole.Write(table);
        AnsiConsole.MarkupInterpolated(
            $"[bold]{Percent(evaluation.Accuracy)}[/] of {evaluation.TestRows:N0} test images get the right class; ");
        AnsiConsole.MarkupLineInterpolated($"{Percent(evaluation.FalseAlarmRate)} are taken for unknown.");
    }

    public static void Audited(IReadOnlyList<Suspect> suspects, string page)
    {
        var table = Table("image", "lies in", "looks like", "suspicion");
        foreach (var suspect in suspects.Take(10))
            table.AddRow(
                Markup.Escape(suspect.Image), Markup.Escape(suspect.Label), Markup.Escape(suspect.LooksLike),
                suspect.Suspicion.ToString("F1", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"The most suspicious come first. All with their pictures: [blue]{page}[/]");
    }

    /// <summary>Names and values, one pair a line.</summary>
    public static void Rows(IEnumerable<(string Name, string Value)> rows)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in rows)
            grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
        AnsiConsole.Write(grid);
    }

    /// <summary>Makes sure that a model gives verdicts on images.</summary>
    /// <exception cref="InputException">It lacks a column; says which, and what to do.</exception>
    public static void RequireVerdicts(MLContext ml, ITransformer model, string path)
    {
        var schema = model.GetOutputSchema(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()).Schema);
        foreach (var (column, maker) in new[] { ("OodScore", "Transforms.OodScore"), ("IsOutOfDistribution", "Transforms.OodDetector") })
            if (schema.GetColumnOrNull(column) is null)
                throw new InputException($"MODEL {path}: it gives no column '{column}'. Append {maker} before it is saved, or train one with logitnorm train.");
        if (schema["PredictedLabel"].Type is not TextDataViewType)
            throw new InputException($"MODEL {path}: its PredictedLabel is {schema["PredictedLabel"].Type}; expected text. "
                + "Append Conversion.MapKeyToValue(\"PredictedLabel\") before it is saved.");
    }

    private static Table Table(params string[] columns) => new Table().Border(TableBorder.Rounded).AddColumns(columns);

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    // Not wrapped: a terminal does that, and a file or a search wants whole lines.
    private static IAnsiConsole ErrorConsole()
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        console.Profile.Width = short.MaxValue;
        return console;
    }
}
