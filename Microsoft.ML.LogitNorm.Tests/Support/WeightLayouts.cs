using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Passes of scoring copies in a process of its own, whose processor oneDNN takes for an older one, and what oneDNN's log says of each.</summary>
internal static class WeightLayouts
{
    /// <summary>The command by which this assembly calls itself.</summary>
    public const string Command = "weight-layouts";

    private const string Mark = "# pass: ";

    /// <summary>Runs the passes.</summary>
    /// <param name="instructionSet">The most that oneDNN may use, in its own words; null for the processor's best.</param>
    /// <returns>
    /// For each pass, its name and how many convolutions and reorders it ran. Those named "settled" have had a pass of the same kind before them.
    /// </returns>
    public static IReadOnlyList<(string Name, int Convolutions, IReadOnlyList<string> Reorders)> Run(string? instructionSet)
    {
        var start = InTime.DotNet(typeof(WeightLayouts).Assembly.Location, Command);
        start.Environment["ONEDNN_VERBOSE"] = "1";
        if (instructionSet is not null)
            start.Environment["ONEDNN_MAX_CPU_ISA"] = instructionSet;
        var (exitCode, output, error) = InTime.Run(start);
        var lines = output.Split('\n');
        Assert.That(exitCode, Is.Zero, error);

        var passes = new List<(string, int, IReadOnlyList<string>)>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Mark, StringComparison.Ordinal))
                continue;
            string[] run = [.. lines.Skip(i + 1)
                .TakeWhile(line => !line.StartsWith(Mark, StringComparison.Ordinal))
                .Where(line => line.Contains(",exec,", StringComparison.Ordinal))];
            passes.Add((
                lines[i][Mark.Length..].Trim(),
                run.Count(line => line.Contains(",convolution,", StringComparison.Ordinal)),
                [.. run.Where(line => line.Contains(",reorder,", StringComparison.Ordinal))]));
        }
        return passes;
    }

    /// <summary>
    /// What the process does: single images and full passes, of images that are small, and of others; with two threads, and when that has been changed to one.
    /// </summary>
    public static void RunChild()
    {
        new TorchSetUp().LoadLibTorch();
        using var noGradient = inference_mode();
        foreach (var backbone in new[] { Backbone.WideResNet(10, 2), Backbone.DenseNet(10, 12) })
            foreach (var (height, width) in new[] { (32, 32), (40, 48) })
            {
                Console.WriteLine(Mark + "making");
                using var network = backbone.Draw(3, 4);
                network.Freeze();
                using var folded = FoldedNetwork.Create(network, new(3, height, width), CPU)!;
                foreach (var threads in new[] { 2, 1 })
                    foreach (var rows in new[] { 1, 32 * 32 * 32 / (height * width) })
                        foreach (var pass in new[] { "first", "settled", "settled again" })
                        {
                            using var scope = NewDisposeScope();
                            set_num_threads(threads);
                            var images = rand(rows, height, width, 3).permute(0, 3, 1, 2);
                            Console.WriteLine(
                                string.Create(CultureInfo.InvariantCulture, $"{Mark}{backbone}, {rows} × {height}×{width}, {threads} threads, {pass}"));
                            folded.Embed(images);
                        }
            }
        Console.WriteLine(Mark + "end");
    }
}
