using System.CommandLine;
using LogitNormTool.Prediction;
using Shared.CommandLine;
using Shared.Painting;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm evaluate</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var test = new Option<string>("--test")
        {
            Description = "Images of the model's classes that it was not trained on: a folder with one sub-folder for each class, or a zip of one.",
            HelpName = "PATH",
            Required = true,
        };
        var ood = new Option<string[]>("--ood")
        {
            Description = $"A set of images of none of the classes: NAME=PATH (folder or zip), or a generated set: {string.Join(", ", NoiseImages.Names)}. "
                + $"Repeat for more. Default: {string.Join(" and ", NoiseImages.Defaults)}.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var json = new Option<bool>("--json") { Description = "Write a JSON object in place of a table." };
        var command = new Command("evaluate", "Measure a model: accuracy, false alarms, and how many images of none of its classes it finds.")
        {
            model, test, ood, json,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new EvaluateJob(result.GetValue(model)!, result.GetValue(test)!, result.GetValue(ood) ?? [], result.GetValue(json), cancellation).Run(),
            Screen.Stopped,
            Screen.Failed,
            cancellation));
        return command;
    }
}
