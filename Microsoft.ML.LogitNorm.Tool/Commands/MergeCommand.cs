using System.CommandLine;
using LogitNormTool.Scoring;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm merge</c>.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The --output of logitnorm score." };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The file to write: lines of JSON or, where its name ends with .arrow, a table for pandas, Polars, DuckDB and the like. "
                + "Default: scores.jsonl in DIR.",
            HelpName = "FILE",
        };
        var command = new Command(
            "merge",
            "Make one file of what all shards of score have written, byte for byte what one process would have written. "
            + "What is missing, damaged or there twice is named, and then nothing is written.")
        {
            folder, output,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new MergeJob(result.GetValue(folder)!, result.GetValue(output), cancellation).Run(), Screen.Stopped, Screen.Failed, cancellation));
        return command;
    }
}
