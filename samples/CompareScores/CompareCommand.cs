using System.CommandLine;
using System.CommandLine.Parsing;
using Shared.CommandLine;
using Shared.Painting;

namespace CompareScores;

/// <summary>The command line.</summary>
internal static class CompareCommand
{
    /// <summary>The program's own.</summary>
    public static RootCommand Create() => Define(new RootCommand(), "dotnet run --project samples/CompareScores -c Release --");

    /// <summary>Its purpose, options and action, on any command: the program's own, or one of another program's.</summary>
    /// <param name="command">Gets the options.</param>
    /// <param name="started">How the program was started, for the report.</param>
    public static T Define<T>(T command, string started)
        where T : Command
    {
        var model = new Option<string[]>("--model")
        {
            Description = "A model that QuickStart, or code like it, has saved: NAME=PATH or PATH. Repeat for more. "
                + $"Default: both that QuickStart leaves in {QuickStartOutput.Folder}.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var test = new Option<string?>("--test")
        {
            Description = "Images of the model's classes that it was not trained on: a folder with one sub-folder per class, or a zip of one. "
                + "Default: the painted pictures beside the model.",
            HelpName = "PATH",
        };
        var train = new Option<string?>("--train")
        {
            Description = "The images that the model was trained on, laid out like --test, for scores that learn from them. Without it those are left out.",
            HelpName = "PATH",
        };
        var ood = new Option<string[]>("--ood")
        {
            Description = $"A set of images of none of the classes: NAME=PATH (folder or zip), or a generated set: {string.Join(", ", NoiseImages.Names)}. "
                + $"Repeat for more. Default: {string.Join(" and ", NoiseImages.Defaults)}.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var searchOn = new Option<string[]>("--search-on")
        {
            Description = "A set like those of --ood, but not one of them, on which each score's hyper-parameters are chosen, with every fifth test image: "
                + "the setting with the highest mean AUROC is the only one that is reported, on the other test images. Repeat for more. "
                + "Default: none, hyper-parameters are the defaults.",
            HelpName = "NAME=PATH",
            DefaultValueFactory = _ => [],
        };
        var scores = new Option<string[]>("--scores")
        {
            Description = "Only these scores: names as in the table, with commas between, or all; NAME+NAME joins several in one. "
                + "Default: all, or without --train those that do not learn.",
            HelpName = "NAMES",
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        var limit = CommonOptions.Limit("test images per class, and as many in all of each --ood");
        var trainLimit = new Option<int?>("--train-limit") { Description = "At most so many training images per class.", HelpName = "N" };
        var device = CommonOptions.Device("What scores");
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where everything is written.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("artifacts", "compare"),
        };

        command.Description = "Compares all out-of-distribution scores on trained models, and says how far each model's probabilities can be taken at their "
            + "word. Without arguments it looks at what QuickStart has made.";
        foreach (var option in new Option[] { model, test, train, ood, searchOn, scores, limit, trainLimit, device, output })
            command.Add(option);
        command.SetAction((result, cancellation) => CommandJob.Run(
            () => new CompareJob(Read(result), cancellation).Run(), Screen.Stopped, Screen.Failed, cancellation));
        return command;

        Settings Read(ParseResult result) => QuickStartOutput.FillIn(new Settings
        {
            Models = ModelOption.ParseAll(result.GetValue(model) ?? []),
            Test = result.GetValue(test),
            Train = result.GetValue(train),
            Ood = result.GetValue(ood) ?? [],
            SearchOn = result.GetValue(searchOn) ?? [],
            Scores = ScoreNames.Find(result.GetValue(scores) ?? []),
            Limit = OptionValue.AtLeastOne("--limit", result.GetValue(limit)),
            TrainLimit = OptionValue.AtLeastOne("--train-limit", result.GetValue(trainLimit)),
            GpuDeviceId = OptionValue.Gpu("--device", result.GetValue(device)!),
            Output = result.GetValue(output)!,
            CommandLine = string.Join(
                ' ', result.Tokens.Where(token => token.Type != TokenType.Command).Select(token => Quoted(token.Value)).Prepend(started)),
        });
    }

    private static string Quoted(string argument) => argument.Any(char.IsWhiteSpace) ? $"\"{argument}\"" : argument;
}
