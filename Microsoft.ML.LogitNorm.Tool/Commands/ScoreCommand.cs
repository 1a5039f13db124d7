using System.CommandLine;
using LogitNormTool.Scoring;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm score</c>.</summary>
internal static class ScoreCommand
{
    private const int MostRowsPerFile = 100_000;   // a file is in memory before it is on the disk

    public static Command Create()
    {
        var model = ModelArgument.Create();
        var images = new Option<string>("--images")
        {
            Description = "A folder of images, at any depth, or a text file with the name of one in each line: the way for many millions, as every shard "
                + "would look through the folder. All shards must see the same names.",
            HelpName = "PATH",
            Required = true,
        };
        var root = new Option<string?>("--root")
        {
            Description = "With a text file, the folder that its names begin at. Default: the folder that the text file lies in.",
            HelpName = "DIR",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the files go, the same for all shards: scores-00001-of-00250.jsonl, ..., an object a line as of predict --json, "
                + "and manifest.json, which says of which model and list they are. Another model or list is refused.",
            HelpName = "DIR",
            Required = true,
        };
        var shard = new ShardOptions("files");
        var rows = new Option<int>("--rows-per-file")
        {
            Description = "How many images go into one file. A process that is killed loses what it has of one.",
            HelpName = "N",
            DefaultValueFactory = _ => 10_000,
        };
        var device = CommonOptions.Device("What scores");
        var command = new Command(
            "score",
            "Say of millions of images what predict says of a few. Many processes or machines share the work; one that was killed is started again, and does "
            + "what is missing. Then: logitnorm merge.")
        {
            model, images, root, output,
        };
        shard.AddTo(command);
        command.Add(rows);
        command.Add(device);
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new ScoreJob(
                new()
                {
                    Model = result.GetValue(model)!,
                    Images = result.GetValue(images)!,
                    Root = result.GetValue(root),
                    Output = result.GetValue(output)!,
                    Shard = shard.Read(result),
                    RowsPerFile = OptionValue.Between("--rows-per-file", result.GetValue(rows), 1, MostRowsPerFile),
                    GpuDeviceId = OptionValue.Gpu("--device", result.GetValue(device)!),
                },
                cancellation).Run(),
            Screen.Stopped,
            Screen.Failed,
            cancellation));
        return command;
    }
}
