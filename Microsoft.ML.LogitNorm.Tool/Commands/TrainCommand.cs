using System.CommandLine;
using LogitNormTool.Training;
using QuickStart;
using Shared.CommandLine;
using Shared.Painting;

namespace LogitNormTool.Commands;

/// <summary><c>logitnorm train</c>.</summary>
internal static class TrainCommand
{
    private const int MostKeptImages = 10_000;

    public static Command Create()
    {
        var photos = new Argument<string>("PHOTOS")
        {
            Description = "A folder with one sub-folder of images for each class, or with train/ and, if you have them, val/ and test/ of that kind, "
                + "or a zip of either.",
        };
        var test = new Option<string?>("--test")
        {
            Description = "Images to test on, laid out like PHOTOS. Default: test/ inside PHOTOS, else its val/, else a tenth of the images is held out.",
            HelpName = "PATH",
        };
        var ood = new Option<string[]>("--ood")
        {
            Description = "A set of images of none of the classes, to measure how many are found: NAME=PATH (folder or zip), or a generated set: "
                + $"{string.Join(", ", NoiseImages.Names)}. Repeat for more. Default: {string.Join(" and ", NoiseImages.Defaults)}.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var features = new Option<string>("--features")
        {
            Description = "pretrained: a head on the features of a network that knows ImageNet; right for hundreds of photos. scratch: a small network of "
                + "your own, from nothing; right for many thousands of small images. auto: by the number of images.",
            HelpName = "KIND",
            DefaultValueFactory = _ => "auto",
        };
        var backbone = new Option<string?>("--backbone")
        {
            Description = $"With --features scratch, the network: {BackboneName.Examples}. Default: WideResNet(16,1).",
            HelpName = "NAME",
        };
        var size = new Option<int>("--image-size")
        {
            Description = "With --features scratch, the width and height that images are resized to; generated sets have this size.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => 64,
        };
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the training images. Default: 30.", HelpName = "N" };
        var noFlip = new Option<bool>("--no-flip")
        {
            Description = "With --features scratch, do not mirror training images: right for digits, text and whatever has a left and a right.",
        };
        var limit = CommonOptions.Limit("images per class");
        var seed = CommonOptions.Seed();
        var device = CommonOptions.Device("What trains");
        var rate = CommonOptions.FalseAlarmRate();
        var keep = new Option<int>("--keep-images")
        {
            Description = "Keep N training images in model.zip, small, the same number of each class, so that an app can show the most similar ones beside "
                + "a verdict. Whoever has the file can see them.",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where model.zip and result.json are written, and what a second training need not compute again.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "logitnorm",
        };

        var command = new Command("train", "Learn the classes of a folder of photos. Writes model.zip, for logitnorm and any ML.NET program, and result.json.")
        {
            photos, test, ood, features, backbone, size, epochs, noFlip, limit, seed, device, rate, keep, output,
        };
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new TrainJob(Read(result), cancellation).Run(), Screen.Stopped, Screen.Failed, cancellation));
        return command;

        TrainSettings Read(ParseResult result) => new()
        {
            Photos = result.GetValue(photos)!,
            Test = result.GetValue(test),
            Ood = result.GetValue(ood) ?? [],
            Features = FeatureChoice.Parse(result.GetValue(features)!),
            Backbone = result.GetValue(backbone) is { } name ? BackboneName.Parse(name) : null,
            ImageSize = OptionValue.AtLeastOne("--image-size", result.GetValue(size))!.Value,
            Epochs = OptionValue.AtLeastOne("--epochs", result.GetValue(epochs)),
            Flip = !result.GetValue(noFlip),
            Limit = OptionValue.AtLeastOne("--limit", result.GetValue(limit)),
            Seed = result.GetValue(seed),
            GpuDeviceId = OptionValue.Gpu("--device", result.GetValue(device)!),
            FalseAlarmRate = OptionValue.Share("--false-alarm-rate", result.GetValue(rate)),
            KeepImages = OptionValue.Between("--keep-images", result.GetValue(keep), 0, MostKeptImages),
            Output = result.GetValue(output)!,
        };
    }
}
