using System.CommandLine;
using LogitNormTool.Prediction;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm info</c>.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var command = new Command("info", "Say what a model is: its classes, network, score, and what its decision promises.") { model };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => ModelInfo.Show(result.GetValue(model)!), Screen.Stopped, Screen.Failed, cancellation));
        return command;
    }
}
