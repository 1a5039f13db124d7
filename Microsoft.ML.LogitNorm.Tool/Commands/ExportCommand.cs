using System.CommandLine;
using LogitNormTool.Prediction;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm export</c>.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The file to write. Default: the model's name, ending with .onnx, beside it.",
            HelpName = "FILE",
        };
        var images = new Option<string?>("--images")
        {
            Description = "A folder or zip of images to compare the file with the model on. Default: noise, which tells less of the decision.",
            HelpName = "PATH",
        };
        var command = new Command(
            "export",
            "Write a model's network, scores and decision as ONNX, for ONNX Runtime in any language; no libtorch needed. The file begins behind the reading of "
            + "images, and behind the features of a pretrained network; what is left out is named. Before it is written it is compared with the model.")
        {
            model, output, images,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => ExportJob.Run(result.GetValue(model)!, result.GetValue(output), result.GetValue(images), cancellation),
            Screen.Stopped, Screen.Failed, cancellation));
        return command;
    }
}
