using Microsoft.ML.LogitNorm;
using Spectre.Console;

namespace QuickStart;

/// <summary>A training run on the screen: a bar for the current epoch, and a line for each one done.</summary>
internal sealed class TrainingDisplay(ProgressContext context, string name)
{
    private ProgressTask? _epoch;

    /// <summary>Runs a job under a live display.</summary>
    public static T Show<T>(string name, Func<TrainingDisplay, T> job)
        => AnsiConsole.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => job(new(context, name)));

    public void Step(TrainingProgress progress)
    {
        if (_epoch is null || progress.Step == 1)
        {
            _epoch?.StopTask();
            _epoch = context.AddTask($"{name} epoch {progress.Epoch}/{progress.Epochs}", maxValue: progress.Steps);
        }
        _epoch.Value = progress.Step;
    }

    public void Epoch(TrainingEpoch epoch)
    {
        var pace = $"{epoch.ImagesPerSecond,5:F0} images/s  {epoch.Elapsed:hh\\:mm\\:ss}";
        AnsiConsole.MarkupLineInterpolated(
            $"  [bold]{epoch.Epoch,3}[/]/{epoch.Epochs}  loss {epoch.Loss:F3}  accuracy {epoch.Accuracy:P1}  logit norm {epoch.MeanLogitNorm,6:F2}  {pace}");
    }

    public void Say(string what)
    {
        _epoch?.StopTask();
        context.AddTask($"{name}: {what}").IsIndeterminate = true;
    }
}
