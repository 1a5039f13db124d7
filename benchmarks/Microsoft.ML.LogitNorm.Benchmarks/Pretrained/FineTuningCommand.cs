using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.Pretrained;

/// <summary>The command <c>fine-tuning</c>: what a training step costs where stages are frozen, and what a warm start is ahead of one from nothing.</summary>
internal static class FineTuningCommand
{
    public const string Name = "fine-tuning";

    private const int Batch = 16, Side = 96, Known = 5, PerClass = 100, Epochs = 5;

    private static readonly (string Frozen, string[] Stages)[] s_frozen =
    [
        ("nothing", []), ("stem, layer1", ["stem", "layer1"]), ("all but layer4", ["stem", "layer1", "layer2", "layer3"]),
        ("all", ["stem", "layer1", "layer2", "layer3", "layer4"]),
    ];

    public static System.CommandLine.Command Create()
    {
        var rounds = CountOption.Create("--rounds", "How often each step is measured, in turns; the middle round is told.", 9);
        var command = new System.CommandLine.Command(Name, "Measures training steps with frozen stages, and a warm start against one from nothing.") { rounds };
        command.SetAction(result =>
        {
            TorchRuntime.EnsureAvailable();
            AnsiConsole.Write(Steps(result.GetValue(rounds)));
            AnsiConsole.Write(WarmStart());
        });
        return command;
    }

    private static Table Steps(int rounds)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var images = randn(Batch, Side, Side, 3).permute(0, 3, 1, 2);
        var labels = randint(0, 2, [Batch], dtype: int64);
        var steps = s_frozen.Select(frozen => Step(new() { FrozenStages = frozen.Stages }, images, labels)).ToArray();
        var seconds = Rounds.Seconds(rounds, steps);
        var table = new Table().Border(TableBorder.Markdown).AddColumns("Frozen", "ms a step", "share of a step with nothing frozen");
        foreach (var (i, (frozen, _)) in s_frozen.Index())
            table.AddRow(
                frozen,
                (1000 * Series.Of(seconds[i], 0.5)).ToString("F0", CultureInfo.InvariantCulture),
                Series.Of(seconds[i].Zip(seconds[0], (own, whole) => own / whole), 0.5).ToString("P0", CultureInfo.InvariantCulture));
        return table.Title($"ResNet18(ImageNet), batches of {Batch} images of {Side}×{Side}");
    }

    private static Action Step(FineTuning tuning, Tensor images, Tensor labels)
    {
        var network = Backbone.ResNet18(Stem.ImageNet).CreateNetwork(NodeShape.Image(3), classes: 2, new NetworkRandom(1));
        tuning.FreezeIn(network);
        network.train();
        var optimizer = TrainingLoop.CreateOptimizer(network, new() { FineTuning = tuning, LearningRate = 0.001 });
        return () =>
        {
            using var step = NewDisposeScope();
            nn.functional.cross_entropy(network.call(images), labels).backward();
            optimizer.Step();
            optimizer.ClearGradients();
        };
    }

    private static Table WarmStart()
    {
        var ml = new MLContext(1);
        using var earlier = Fit(ml, Options, Known, []);
        List<double> scratch = [], warm = [];
        Fit(ml, Options with { Epochs = Epochs }, GratingImages.Directions, scratch).Dispose();
        Fit(
            ml,
            Options with { Epochs = Epochs, InitialWeights = PretrainedWeights.FromModel(earlier) },
            GratingImages.Directions,
            warm).Dispose();
        var table = new Table().Border(TableBorder.Markdown).AddColumns("After epoch", "from nothing", $"from a model of {Known} of the classes");
        foreach (var (i, (without, with)) in scratch.Zip(warm).Index())
            table.AddRow($"{i + 1}", without.ToString("P1", CultureInfo.InvariantCulture), with.ToString("P1", CultureInfo.InvariantCulture));
        return table.Title($"Accuracy on {GratingImages.Directions} classes of stripes, {PerClass} training images of each, {Options.Backbone}");
    }

    private static LogitNormTrainer.Options Options => new()
    {
        Backbone = Backbone.WideResNet(10, 1, 0),
        Loss = TrainingLoss.LogitNorm(warmup: 0),
        BatchSize = 50,
        Epochs = 15,
        LearningRate = 0.05,
        Augmentation = Augmentation.None(),
        Seed = 1,
    };

    private static TransformerChain<LogitNormModel> Fit(MLContext ml, LogitNormTrainer.Options options, int classes, List<double> accuracies)
    {
        var training = GratingImages.View(ml, classes, PerClass, "training");
        var map = ml.Transforms.Conversion.MapValueToKey("Label");
        var measured = options with
        {
            ValidationSet = map.Fit(training).Transform(GratingImages.View(ml, classes, PerClass, "test")),
            EpochCompleted = epoch => accuracies.Add(epoch.ValidationAccuracy!.Value),
        };
        return map.Append(ml.MulticlassClassification.Trainers.LogitNorm(measured)).Fit(training);
    }
}
