using System.CommandLine;
using Shared.CommandLine;
using Shared.Painting;

namespace QuickStart;

/// <summary>The command line.</summary>
internal static class QuickStartCommand
{
    public static RootCommand Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Your images: a folder with one sub-folder per class, or with train/ and, if you have them, val/ and test/ of that kind, "
                + "or a zip of either. Without it, the program paints road signs and uses those.",
            HelpName = "PATH",
        };
        var test = new Option<string?>("--test")
        {
            Description = "Images to test on, laid out like --data. Default: test/ inside --data, else its val/, else a tenth of the images is held out.",
            HelpName = "PATH",
        };
        var ood = new Option<string[]>("--ood")
        {
            Description = $"A set of images of none of your classes: NAME=PATH (folder or zip), or a generated set: {string.Join(", ", NoiseImages.Names)}. "
                + $"Repeat for more. Default with --data: {string.Join(" and ", NoiseImages.Defaults)}.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var epochs = new Option<int?>("--epochs")
        {
            Description = "Passes over the training images, with each loss. Default: 10 for your images; for the signs 18, and 7 with cross-entropy.",
            HelpName = "N",
        };
        var backbone = new Option<string?>("--backbone")
        {
            Description = $"The network: {BackboneName.Examples}. A third number is dropout, 0 unless given. "
                + "Default: WideResNet(16,1).",
            HelpName = "NAME",
        };
        var tau = new Option<double>("--tau")
        {
            Description = "LogitNorm's temperature. Smaller: stronger effect, harder to train.",
            HelpName = "X",
            DefaultValueFactory = _ => 0.04,
        };
        var warmup = new Option<double?>("--tau-warmup")
        {
            Description = "Share of the run over which tau falls from 1 to its value; 0 switches it off, as in the paper. Default: 0.2 for the signs, "
                + "0.5 for your images.",
            HelpName = "X",
        };
        var size = new Option<int>("--image-size")
        {
            Description = "Images are resized to this width and height.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => 32,
        };
        var noFlip = new Option<bool>("--no-flip")
        {
            Description = "Do not mirror training images: right for digits, text and whatever has a left and a right.",
        };
        var cutout = new Option<int?>("--cutout")
        {
            Description = "Cut a square out of each training image, so that the network learns to look at all of it; 0 for none. Default: 12 for the signs, "
                + "0 for your images.",
            HelpName = "PIXELS",
        };
        var limit = CommonOptions.Limit("images per class");
        var seed = CommonOptions.Seed();
        var device = CommonOptions.Device("What trains and scores");
        var rate = CommonOptions.FalseAlarmRate();
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where everything is written.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("artifacts", "quickstart"),
        };

        var command = new RootCommand("Trains an image classifier with LogitNorm, and one with cross-entropy to compare, "
            + "and shows how each treats images of classes that it has never seen.")
        {
            data, test, ood, epochs, backbone, tau, warmup, size, noFlip, cutout, limit, seed, device, rate, output,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new MainJob(Read(result), cancellation).Run(), Screen.Stopped, Screen.Failed, cancellation));
        return command;

        Settings Read(ParseResult result) => new()
        {
            Data = result.GetValue(data),
            Test = result.GetValue(test),
            Ood = result.GetValue(ood) ?? [],
            Epochs = OptionValue.AtLeastOne("--epochs", result.GetValue(epochs)),
            Backbone = result.GetValue(backbone) is { } name ? BackboneName.Parse(name) : null,
            Tau = result.GetValue(tau),
            TauWarmup = result.GetValue(warmup),
            ImageSize = OptionValue.AtLeastOne("--image-size", result.GetValue(size))!.Value,
            Flip = !result.GetValue(noFlip),
            Cutout = OptionValue.NotNegative("--cutout", result.GetValue(cutout)),
            Limit = OptionValue.AtLeastOne("--limit", result.GetValue(limit)),
            Seed = result.GetValue(seed),
            GpuDeviceId = OptionValue.Gpu("--device", result.GetValue(device)!),
            FalseAlarmRate = OptionValue.Share("--false-alarm-rate", result.GetValue(rate)),
            Output = result.GetValue(output)!,
        };
    }
}
