using System.CommandLine;
using LogitNormTool.Audit;
using Shared.CommandLine;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm audit</c>.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "A folder with one sub-folder of images for each class, or a zip of one." };
        var show = new Option<int>("--show")
        {
            Description = "How many of the most suspicious images the page shows.",
            HelpName = "N",
            DefaultValueFactory = _ => 200,
        };
        var seed = CommonOptions.Seed();
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where audit.html and audit.json are written, and features that need not be computed again.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "logitnorm",
        };
        var command = new Command(
            "audit",
            "Look for images that lie in the wrong folder or belong to none: a page with the most suspicious first. "
            + "Each is judged by a model that has not seen it.")
        {
            photos, show, seed, output,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new AuditJob(
                result.GetValue(photos)!,
                OptionValue.AtLeastOne("--show", result.GetValue(show))!.Value,
                result.GetValue(seed),
                result.GetValue(output)!,
                cancellation).Run(),
            Screen.Stopped,
            Screen.Failed,
            cancellation));
        return command;
    }
}
