using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>The command <c>end-to-end</c>: what users do, against bare TorchSharp, in one run.</summary>
internal static class EndToEndCommand
{
    public const string Name = "end-to-end";

    /// <summary>The command by which this program calls itself, for each instruction set.</summary>
    public const string ChildCommand = "end-to-end-measure";

    public static System.CommandLine.Command Create()
    {
        var defaults = new EndToEndSettings();
        var rounds = CountOption.Create("--rounds", "Rounds of each measurement; the middle one is told.", defaults.Rounds);
        var steps = CountOption.Create("--steps", "Training steps in a round.", defaults.StepsPerRound);
        var batch = CountOption.Create("--batch-size", "Images in a training step.", defaults.BatchSize);
        var parts = new Option<string[]>("--parts")
        {
            Description = "What to measure. Default: all.",
            HelpName = "PART",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. EndToEndSettings.AllParts],
        };
        parts.AcceptOnlyFromAmong([.. EndToEndSettings.AllParts]);
        var keep = new Option<bool>("--keep-native-memory")
        {
            Description = "Whether the library may tell glibc to keep freed memory, for all that is measured; false for the plain allocator.",
            DefaultValueFactory = _ => true,
        };
        var output = new Option<FileInfo>("--output", "-o")
        {
            Description = "The JSON file to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => new(Path.Combine("artifacts", "performance", "end-to-end.json")),
        };
        var sets = new Option<string[]>("--instruction-sets")
        {
            Description = "What the process may use of the processor. Default: all that can be told apart here, the best first.",
            HelpName = "SET",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. InstructionSet.All.Select(set => set.Name)],
        };
        sets.AcceptOnlyFromAmong([.. InstructionSet.All.Select(set => set.Name)]);

        var command = new System.CommandLine.Command(
            Name,
            "Measures training, scoring, single predictions, decoding and memory against bare TorchSharp, in turns, "
            + "and writes ratios and figures as JSON.")
        {
            rounds, steps, batch, parts, sets, keep, output,
        };
        command.SetAction(result =>
        {
            var settings = defaults with
            {
                Rounds = result.GetValue(rounds),
                StepsPerRound = result.GetValue(steps),
                BatchSize = result.GetValue(batch),
                Parts = result.GetValue(parts)!,
                KeepNativeMemory = result.GetValue(keep),
            };
            var wanted = InstructionSet.All.Where(set => result.GetValue(sets)!.Contains(set.Name));
            (InstructionSet, Findings)[] measured = [.. wanted.Select(set => (set, MeasureIn(set, settings)))];
            TorchRuntime.EnsureAvailable();
            Report.Show(measured);
            Report.Write(result.GetValue(output)!, settings, measured);
            return 0;
        });
        return command;
    }

    /// <summary>What the process that this starts does: measures, and writes what it found as JSON to the console's last line.</summary>
    public static void RunChild(string settings)
    {
        var given = JsonSerializer.Deserialize<EndToEndSettings>(settings)!;
        AppContext.SetSwitch(NativeAllocator.Switch, given.KeepNativeMemory);
        Console.WriteLine(JsonSerializer.Serialize(Measure(given)));
    }

    private static Findings MeasureIn(InstructionSet set, EndToEndSettings settings)
    {
        using var process = OwnProcess.Start(set.Environment, ChildCommand, JsonSerializer.Serialize(settings));
        var last = "";
        while (process.StandardOutput.ReadLine() is { } line)
            last = line;
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Findings>(last)!
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The process that measures with {set.Name} ended with exit code {process.ExitCode}; its messages stand above."));
    }

    private static Findings Measure(EndToEndSettings settings)
    {
        var ml = new MLContext(seed: 1);
        TorchRuntime.EnsureAvailable();
        var findings = new Findings();
        if (settings.Parts.Contains(TrainingMemory.Part))
        {
            Console.Error.WriteLine("Memory of training");   // first, while this process needs little itself
            new TrainingMemory(settings).Measure(findings);
        }
        if (settings.Parts.Contains(TrainingSpeed.Part))
        {
            Console.Error.WriteLine("Training WRN-16-1");
            new TrainingSpeed(settings, 16, 1).Measure(ml, findings).Dispose();
            Console.Error.WriteLine("Training WRN-40-2");
            new TrainingSpeed(settings, 40, 2).Measure(ml, findings).Dispose();
        }
        if (settings.Parts.Contains(ScoringSpeed.Part) || settings.Parts.Contains(PredictionLatency.Part))
        {
            Console.Error.WriteLine("Making a model");
            using var model = Model(ml);
            Console.Error.WriteLine("Scoring");
            if (settings.Parts.Contains(ScoringSpeed.Part))
                new ScoringSpeed(settings).Measure(ml, model, findings);
            Console.Error.WriteLine("Single predictions");
            if (settings.Parts.Contains(PredictionLatency.Part))
            {
                new PredictionLatency(settings).Measure(ml, model, findings);
                new EngineThroughput(settings).Measure(ml, model, findings);
            }
        }
        if (settings.Parts.Contains(DecodingSpeed.Part))
        {
            Console.Error.WriteLine("Decoding");
            new DecodingSpeed(settings).Measure(ml, findings);
        }
        return findings;
    }

    // A few steps on noise: the speed does not depend on what the weights are.
    private static LogitNormModel Model(MLContext ml)
        => ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options { BatchSize = 16, LearningRate = 0.01, Epochs = 1, Seed = 1 })
            .Fit(SyntheticImages.View(ml, 32));
}
