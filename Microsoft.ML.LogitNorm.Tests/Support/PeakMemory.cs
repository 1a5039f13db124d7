using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>By how much an act raises a process's peak memory. The process is its own: in that of the tests another's peak would hide it.</summary>
internal static class PeakMemory
{
    /// <summary>The command by which this assembly calls itself.</summary>
    public const string Command = "peak-memory";

    private const string Result = "MB: ", Load = "load", Fold = "fold", Allocate = "allocate";

    /// <summary>Megabytes for a saved model whose JSON was changed, and for a prediction engine of it, whether it loads or is refused.</summary>
    /// <param name="entry">How the entry's name ends.</param>
    /// <param name="old">What is replaced.</param>
    /// <param name="replacement">By what.</param>
    public static int OfLoading(string entry, string old, string replacement) => Of(Load, entry, old, replacement);

    /// <summary>Megabytes for the scoring copy of a network for square images.</summary>
    public static int OfFolding(int side) => Of(Fold, $"{side}");

    /// <summary>Megabytes for a tensor of so many.</summary>
    public static int OfTensor(int megabytes) => Of(Allocate, $"{megabytes}");

    /// <summary>What the process does.</summary>
    public static void RunChild(ReadOnlySpan<string> arguments)
    {
        switch (arguments)
        {
            case [Load, var entry, var old, var replacement]:
                var ml = new MLContext(seed: 1);
                using (var app = UntrainedModel.App(ml))
                {
                    var file = ModelFile.Of(ml, app, TinyImages.View(ml, 1).Schema);
                    var changed = file.WithJson(entry, old, replacement);
                    Report(() => TryLoad(file), () => TryLoad(changed));
                }
                void TryLoad(ModelFile file)
                {
                    try
                    {
                        var model = (ITransformer)file.Load(ml, out _);
                        using var owned = model as IDisposable;
                        // An engine warms up; its images have no size but that of the file.
                        ml.Model.CreatePredictionEngine<Photo, TinyImages.Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
                    }
                    catch (Exception e) when (e.GetBaseException() is InvalidDataException)
                    {
                    }
                }
                break;
            case [Fold, var side]:
                using (var network = Backbone.WideResNet(10, 1).Draw(3, 4))
                {
                    network.Freeze();
                    Report(() => FoldImagesOf(32), () => FoldImagesOf(int.Parse(side, CultureInfo.InvariantCulture)));
                    void FoldImagesOf(int pixels) => FoldedNetwork.Create(network, new(3, pixels, pixels), CPU)!.Dispose();
                }
                break;
            case [Allocate, var megabytes]:
                Report(() => { }, () => ones(long.Parse(megabytes, CultureInfo.InvariantCulture) << 20, uint8).Dispose());
                break;
            default:
                throw new ArgumentException($"'{string.Join(' ', arguments!)}' is none of the acts.", nameof(arguments));
        }
    }

    private static int Of(params string[] arguments)
    {
        var (exitCode, output, error) = InTime.Run(InTime.DotNet([typeof(PeakMemory).Assembly.Location, Command, .. arguments]));
        Assert.That(exitCode, Is.Zero, error);
        var line = output.Split(Environment.NewLine).Single(line => line.StartsWith(Result, StringComparison.Ordinal));
        return int.Parse(line[Result.Length..], CultureInfo.InvariantCulture);
    }

    // What runs for the first time takes memory for code, too: another act of the kind comes before.
    private static void Report(Action before, Action act)
    {
        before();
        ForgetPeak();
        var peak = Peak();
        act();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Result}{(Peak() - peak) >> 20}"));
    }

    // An earlier and higher one, as of loading libtorch, would hide the act's.
    private static void ForgetPeak()
    {
        const string peakOfResidentMemory = "5";   // proc(5), clear_refs
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", peakOfResidentMemory);
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private sealed class Photo
    {
        public byte[] Image { get; set; } = [];
    }
}
