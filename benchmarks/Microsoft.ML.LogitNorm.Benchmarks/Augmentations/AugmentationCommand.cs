using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.Augmentations;

/// <summary>The command <c>augmentations</c>: what taking a batch out of the training set costs, as a share of the training step that it is for.</summary>
internal static class AugmentationCommand
{
    public const string Name = "augmentations";

    private const int SetSize = 2000;

    private static readonly (int Depth, int Widen, int Batch)[] s_steps = [(16, 1, 128), (10, 1, 50)];

    private static readonly Augmentation[] s_augmentations =
    [
        Augmentation.None(), Augmentation.CropAndFlip(), Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.Cutout(16)),
        Augmentation.RandomResizedCrop(), Augmentation.ColorJitter(), Augmentation.ColorJitter(hue: 0.05),
        Augmentation.Of(Augmentation.RandomResizedCrop(), Augmentation.ColorJitter()),
        Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.PixMix()),
        Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.Cutout(16), Augmentation.PixMix()),
    ];

    public static System.CommandLine.Command Create()
    {
        var rounds = CountOption.Create("--rounds", "How often each is measured, in turns; the middle round is told.", 15);
        var command = new System.CommandLine.Command(Name, "Measures augmentations of 32×32 images against the training step that they are for.") { rounds };
        command.SetAction(result =>
        {
            TorchRuntime.EnsureAvailable();
            torch.manual_seed(1);
            var table = new Table().Border(TableBorder.Markdown).AddColumns(["Augmentation", .. s_steps.Select(step => $"{Title(step)}: share of a step")]);
            var shares = s_steps.Select(step => Measure(step, result.GetValue(rounds))).ToArray();
            foreach (var (i, augmentation) in s_augmentations.Index())
                table.AddRow([augmentation.ToString(), .. shares.Select(share => share[i].ToString("P1", CultureInfo.InvariantCulture))]);
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The pictures of PixMix, once a training: {Pictures(32).TotalSeconds:0.00} s for images of 32×32, "
                + $"{Pictures(MixingPictures.MostSide).TotalSeconds:0.00} s for those of "
                + $"{MixingPictures.MostSide}×{MixingPictures.MostSide} and larger ones."));
        });
        return command;
    }

    private static string Title((int Depth, int Widen, int Batch) step) => $"WRN-{step.Depth}-{step.Widen}, batch {step.Batch}";

    /// <summary>Each augmentation's time over the step's, round by round; the middle one.</summary>
    private static double[] Measure((int Depth, int Widen, int Batch) step, int rounds)
    {
        using var scope = NewDisposeScope();
        using var random = new NetworkRandom(1);
        using var bare = new BareTraining(
            Backbone.WideResNet(step.Depth, step.Widen, 0)
                .CreateNetwork(NodeShape.Image(SyntheticImages.Channels), SyntheticImages.Classes, random),
            step.Batch,
            channelsLast: true);
        using var generator = new Generator(1, CPU);
        using var context = Context(generator);
        var pixels = randint(0, 256, [SetSize, SyntheticImages.Side, SyntheticImages.Side, SyntheticImages.Channels], dtype: uint8);
        var seconds = Rounds.Seconds(rounds, [bare.Step, .. s_augmentations.Select(augmentation => (Action)(() =>
        {
            using var batch = NewDisposeScope();
            augmentation.Gather(pixels, randperm(SetSize, int64).narrow(0, 0, step.Batch), context);
        }))]);
        return [.. seconds.Skip(1).Select(own => Series.Of(own.Zip(seconds[0], (augmentation, whole) => augmentation / whole), 0.5))];
    }

    private static TimeSpan Pictures(int side)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Context(generator);
        var start = Stopwatch.GetTimestamp();
        MixingPictures.For(empty([1, side, side, SyntheticImages.Channels], uint8), 300, context);
        return Stopwatch.GetElapsedTime(start);
    }

    private static AugmentationContext Context(Generator generator)
        => new(
            new ImageInput("Features", new(SyntheticImages.Channels, SyntheticImages.Side, SyntheticImages.Side), PixelKind.VectorOfByte, Interleaved: true),
            new InputNormalization([127, 127, 127], [60, 60, 60]),
            generator);
}
