using System.CommandLine;
using LogitNormTool.Prediction;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm predict</c>.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var images = new Argument<string[]>("IMAGES")
        {
            Description = "Image files, or folders and zips of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = new Option<bool>("--json") { Description = "Write one JSON object a line, for other programs, in place of a table." };
        var command = new Command("predict", "Say of images what they are, or that they are none of the things that the model knows.") { model, images, json };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new PredictJob(result.GetValue(model)!, result.GetValue(images)!, result.GetValue(json), cancellation).Run(),
            Screen.Stopped,
            Screen.Failed,
            cancellation));
        return command;
    }
}
