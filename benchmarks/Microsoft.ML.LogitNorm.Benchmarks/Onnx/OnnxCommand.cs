using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Onnx;

/// <summary>The command <c>onnx</c>: exported networks against themselves in libtorch, what they give and how fast.</summary>
internal static class OnnxCommand
{
    public const string Name = "onnx";

    private static readonly Backbone[] s_networks =
    [
        Backbone.WideResNet(16, 1, dropout: 0), Backbone.WideResNet(40, 2, dropout: 0), Backbone.ResNet18(), Backbone.DenseNet(40, 12),
    ];

    private static readonly (string Output, int Images)[] s_runs = [("Logits", 128), ("Logits", 1), ("IsOutOfDistribution", 128), ("IsOutOfDistribution", 1)];

    public static System.CommandLine.Command Create()
    {
        var rows = CountOption.Create("--rows", "On how many images file and model are compared.", 2_000);
        var rounds = CountOption.Create("--rounds", "How often each is timed, in turns; the middle round is told.", 15);
        var command = new System.CommandLine.Command(Name, "Exports networks with the default score and a decision to ONNX, and compares them with libtorch's.")
        {
            rows, rounds,
        };
        command.SetAction(result =>
        {
            var parity = new Table().Border(TableBorder.Markdown)
                .AddColumns("Network", "MB", "Logits: largest difference", "OodScore: largest difference", "Classes that differ", "Decisions that differ");
            var speed = new Table().Border(TableBorder.Markdown)
                .AddColumns("Network", "Logits, 128 images", "Logits, 1 image", "Decision, 128 images", "Decision, 1 image");
            foreach (var backbone in s_networks)
            {
                using var network = new OnnxNetwork(backbone, result.GetValue(rows));
                parity.AddRow(
                    backbone.ToString(), Text(network.Export.Bytes / 1e6, "0.0"), Difference(network, "Logits"), Difference(network, "OodScore"),
                    Differing(network, "PredictedLabel"), Differing(network, "IsOutOfDistribution"));
                string[] ratios = [.. s_runs.Select(run => Ratio(network, run.Output, run.Images, result.GetValue(rounds)))];
                speed.AddRow([backbone.ToString(), .. ratios]);
            }
            AnsiConsole.Write(parity);
            AnsiConsole.WriteLine();
            AnsiConsole.WriteLine($"ONNX Runtime's time over that of this library on libtorch ({InstructionSet.All[0].Name}); in brackets ONNX Runtime's milliseconds.");
            AnsiConsole.Write(speed);
        });
        return command;
    }

    private static string Difference(OnnxNetwork network, string output) => Text(network.Output(output).LargestDifference, "0.0e+0");

    private static string Differing(OnnxNetwork network, string output) => $"{network.Output(output).Differing} of {network.Export.RowsCompared}";

    private static string Ratio(OnnxNetwork network, string output, int images, int rounds)
    {
        // About as long for one image as for many, so that a round is not the clock's noise.
        var (torch, onnx) = (network.InLibtorch(output, images), network.InOnnxRuntime(output, images));
        var repeats = images == 1 ? 20 : 1;
        var seconds = Rounds.Seconds(rounds, () => Repeat(torch, repeats), () => Repeat(onnx, repeats));
        var ratio = Series.Of(seconds[1].Zip(seconds[0], (over, under) => over / under), 0.5);
        return $"{Text(ratio, "0.00")} ({Text(1000 * Series.Of(seconds[1], 0.5) / repeats, "0.0")})";
    }

    private static void Repeat(Action run, int times)
    {
        for (var i = 0; i < times; i++)
            run();
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
