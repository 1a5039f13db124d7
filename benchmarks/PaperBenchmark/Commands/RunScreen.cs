using System.Globalization;
using Microsoft.ML.LogitNorm;
using PaperBenchmark.Runs;
using Shared.CommandLine;
using Spectre.Console;

namespace PaperBenchmark.Commands;

/// <summary>Shows how the runs go, a line for each epoch: it reads the same on a screen and in a file.</summary>
/// <param name="runs">All runs of the command.</param>
/// <param name="left">The training time that is left, by the run's hash; finished runs need not be in it.</param>
internal sealed class RunScreen(IReadOnlyList<RunOptions> runs, Dictionary<string, TimeSpan> left) : IRunWatcher
{
    private TimeSpan Left => left.Values.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    public void Training(RunOptions run, RunFolder folder, int epochsDone)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]Run {Number(run)} of {runs.Count}[/] {run.ToString()} [grey]({folder.Path})[/]");
        if (epochsDone > 0)
            AnsiConsole.MarkupLineInterpolated($"  goes on after epoch {epochsDone}");
    }

    public void Epoch(RunOptions run, EpochLine line)
    {
        left[run.Hash] = left.GetValueOrDefault(run.Hash) * ((double)(run.Epochs - line.Epoch) / (run.Epochs - line.Epoch + 1));
        var accuracy = string.Create(CultureInfo.InvariantCulture, $"accuracy {line.TrainAccuracy:P1}, test {line.TestAccuracy:P1}");
        var norm = string.Create(
            CultureInfo.InvariantCulture, $"logit norm {line.TrainLogitNorm:F1}, test {line.TestLogitNorm:F1}, unknown {line.OodLogitNorm:F1}");
        var time = $"about {DurationText.Of(Left)} of training left";
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"  [bold]{line.Epoch,3}[/]/{run.Epochs}  loss {line.Loss:F3}  {accuracy}  {norm}  {line.ImagesPerSecond:F0} images/s  [grey]{time}[/]");
    }

    public void Diverged(RunOptions run, string reason)
    {
        left.Remove(run.Hash);
        AnsiConsole.MarkupLineInterpolated($"[yellow]Given up[/] {run.ToString()}: {reason}");
    }

    public void Busy(RunOptions run) => AnsiConsole.MarkupLineInterpolated($"[yellow]Left to another process[/] that works on it now: {run.ToString()}");

    public void Scoring(RunOptions run, string set, int images)
        => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  [grey]scoring {set} ({images:N0})[/]");

    private int Number(RunOptions run) => runs.Index().First(pair => pair.Item.Hash == run.Hash).Index + 1;
}
