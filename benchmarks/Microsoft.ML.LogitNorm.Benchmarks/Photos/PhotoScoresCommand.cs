using System.CommandLine;
using Shared.CommandLine;
using Shared.Images;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>
/// The command <c>photo-scores</c>: scores on pretrained features, by strangers to choose them by: each class of the photos left out of the training in turn,
/// and whatever other sets are given.
/// </summary>
internal static class PhotoScoresCommand
{
    public const string Name = "photo-scores";

    private const int GeneratedSide = 64, MostStrangers = 200;

    public static System.CommandLine.Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "A folder or zip with train/ and test/, one sub-folder of photos for each class in both." };
        var ood = new Option<string[]>("--ood") { Description = "Strangers to choose by: NAME=PATH, or a generated set.", DefaultValueFactory = _ => [] };
        var report = new Option<string[]>("--report") { Description = "Strangers without a part in the order of the scores.", DefaultValueFactory = _ => [] };
        var all = new Option<bool>("--all-settings") { Description = "With all settings of the scores that are worth trying, and pairs of the best." };
        var share = new Option<double>("--ranking-share")
        {
            Description = "The share of the training photos that is held out for ranks.", HelpName = "X", DefaultValueFactory = _ => 0.2,
        };
        var seed = CountOption.Create("--seed", "Decides everything random.", 1);
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the features go.", HelpName = "DIR", DefaultValueFactory = _ => "artifacts/photo-scores",
        };
        var command = new System.CommandLine.Command(Name, "Compares all scores on pretrained features, each class of photos left out in turn.")
        {
            photos, ood, report, all, share, seed, output,
        };
        command.SetAction((result, cancellation) =>
        {
            var comparison = new PhotoScores(
                result.GetValue(seed), OptionValue.Share("--ranking-share", result.GetValue(share)), result.GetValue(output)!, cancellation);
            AnsiConsole.Write(comparison.Table(
                result.GetValue(photos)!,
                Sets(comparison.Source, result.GetValue(ood)!, "--ood"),
                Sets(comparison.Source, result.GetValue(report)!, "--report"),
                result.GetValue(all) ? PhotoScores.AllSettings : PhotoScores.Usual));
            return Task.CompletedTask;

            IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> Sets(ImageSource source, string[] options, string option)
                => [.. OodOption.ParseAll(options, option).Select(set => (
                    set.Name, set.Load(source, GeneratedSide, result.GetValue(seed), set.Path is null ? MostStrangers : null, cancellation)))];
        });
        return command;
    }
}
