using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.RareClass;

/// <summary>
/// The command <c>rare-class</c>: 200 images of two classes and 10 of a third, trained as they are, with class weights and with balanced sampling, on images
/// made for it. It tells the recall of each on test images that have as many of each.
/// </summary>
internal static class RareClassCommand
{
    public const string Name = "rare-class";

    private const int Common = 200, Rare = 10, Test = 200;

    private static readonly LogitNormTrainer.Options s_trainer = new()
    {
        Backbone = Backbone.WideResNet(10, 1, dropout: 0),
        Epochs = 15,
        BatchSize = 32,
        LearningRateSchedule = LearningRateSchedule.OneCycle(),
        Augmentation = Augmentation.CropAndFlip(2, flip: false),   // a mirrored stripe is another class
    };

    private static readonly (string Name, Func<LogitNormTrainer.Options, LogitNormTrainer.Options> Set)[] s_ways =
    [
        ("as they are", options => options),
        ("`ClassWeights.Balanced()`", options => options with { ClassWeights = ClassWeights.Balanced() }),
        ("`Sampling.Balanced`", options => options with { Sampling = Sampling.Balanced }),
    ];

    private static readonly (string Name, TrainingLoss Loss)[] s_losses =
    [
        ("cross-entropy", TrainingLoss.CrossEntropy()), ("LogitNorm", TrainingLoss.LogitNorm()),
    ];

    public static System.CommandLine.Command Create()
    {
        var seeds = CountOption.Create("--seeds", "Trainings of each way, each on images of its own; the mean and its standard error are told.", 10);
        var command = new System.CommandLine.Command(Name, $"Trains on {Common}, {Common} and {Rare} images of three classes, in three ways.") { seeds };
        command.SetAction(result => Show(result.GetValue(seeds)));
        return command;
    }

    private static void Show(int seeds)
    {
        var start = Stopwatch.GetTimestamp();
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns("loss", "trained", "recall of the rare class (%)", "recall of the others (%)", "mean of all recalls (%)");
        foreach (var (lossName, loss) in s_losses)
            foreach (var (name, set) in s_ways)
            {
                var recalls = Enumerable.Range(1, seeds).Select(seed => Recalls(set(s_trainer with { Loss = loss, Seed = seed }), seed)).ToArray();
                table.AddRow(
                    lossName, name, MeanAndError(recalls.Select(recall => recall[^1])), MeanAndError(recalls.Select(recall => recall[..^1].Average())),
                    MeanAndError(recalls.Select(recall => recall.Average())));
            }
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
    }

    /// <summary>The share of each class's test images that are given it.</summary>
    private static double[] Recalls(LogitNormTrainer.Options options, int seed)
    {
        var ml = new MLContext(seed);
        var test = ml.Data.LoadFromEnumerable(Gratings.Rows([Test, Test, Test], seed: 1000 + seed));
        using var model = ml.MulticlassClassification.Trainers.LogitNorm(options)
            .Fit(ml.Data.LoadFromEnumerable(Gratings.Rows([Common, Common, Rare], seed)));
        var scored = model.Transform(test);
        return [.. scored.GetColumn<uint>("Label").Zip(scored.GetColumn<uint>("PredictedLabel"))
            .GroupBy(row => row.First).OrderBy(group => group.Key)
            .Select(group => group.Average(row => row.Second == row.First ? 1.0 : 0))];
    }

    private static string MeanAndError(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        var error = all.Length < 2 ? 0 : Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1) / all.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:0.0} ± {100 * error:0.0}");
    }
}
