using System.CommandLine;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>The command <c>end-to-end</c>: what users do, against bare TorchSharp, in one run.</summary>
internal static class EndToEndCommand
{
    public const string Name = "end-to-end";

    public static System.CommandLine.Command Create()
    {
        var defaults = new EndToEndSettings();
        var rounds = new Option<int>("--rounds") { Description = "Rounds of each measurement; the middle one is told.", HelpName = "N", DefaultValueFactory = _ => defaults.Rounds };
        var steps = new Option<int>("--steps") { Description = "Training steps in a round.", HelpName = "N", DefaultValueFactory = _ => defaults.StepsPerRound };
        var batch = new Option<int>("--batch-size") { Description = "Images in a training step.", HelpName = "N", DefaultValueFactory = _ => defaults.BatchSize };
        var parts = new Option<string[]>("--parts") { Description = "What to measure. Default: all.", HelpName = "PART", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. EndToEndSettings.AllParts] };
        parts.AcceptOnlyFromAmong([.. EndToEndSettings.AllParts]);
        var keep = new Option<bool>("--keep-native-memory") { Description = "Whether the library may tell glibc to keep freed memory, for all that is measured; false for the plain allocator.", DefaultValueFactory = _ => true };
        var output = new Option<FileInfo>("--output", "-o") { Description = "The JSON file to write.", HelpName = "FILE", DefaultValueFactory = _ => new(Path.Combine("artifacts", "performance", "end-to-end.json")) };
        foreach (var option in new[] { rounds, steps, batch })
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                    result.AddError($"{option.Name} is {result.GetValueOrDefault<int>()}; it must be at least 1.");
            });

        var command = new System.CommandLine.Command(Name, "Measures training, scoring, single predictions, decoding and memory against bare TorchSharp, in turns, and writes ratios and figures as JSON.") { rounds, steps, batch, parts, keep, output };
        command.SetAction(result =>
        {
            AppContext.SetSwitch(NativeAllocator.Switch, result.GetValue(keep));
            var settings = defaults with
            {
                Rounds = result.GetValue(rounds),
                StepsPerRound = result.GetValue(steps),
                BatchSize = result.GetValue(batch),
                Parts = result.GetValue(parts)!,
            };
            var findings = Measure(settings);
            Report.Show(findings);
            Report.Write(result.GetValue(output)!, settings, findings);
            return 0;
        });
        return command;
    }

    private static Findings Measure(EndToEndSettings settings)
    {
        var ml = new MLContext(seed: 1);
        TorchRuntime.EnsureAvailable();
        var findings = new Findings();
        AnsiConsole.Status().Start("Starting", status =>
        {
            if (settings.Parts.Contains(TrainingMemory.Part))
            {
                status.Status("Memory of training");   // first, while this process needs little itself
                new TrainingMemory(settings).Measure(findings);
            }
            if (settings.Parts.Contains(TrainingSpeed.Part))
            {
                status.Status("Training WRN-16-1");
                new TrainingSpeed(settings, 16, 1).Measure(ml, findings).Dispose();
                status.Status("Training WRN-40-2");
                new TrainingSpeed(settings, 40, 2).Measure(ml, findings).Dispose();
            }
            if (settings.Parts.Contains(ScoringSpeed.Part) || settings.Parts.Contains(PredictionLatency.Part))
            {
                status.Status("Making a model");
                using var model = Model(ml);
                status.Status("Scoring");
                if (settings.Parts.Contains(ScoringSpeed.Part))
                    new ScoringSpeed(settings).Measure(ml, model, findings);
                status.Status("Single predictions");
                if (settings.Parts.Contains(PredictionLatency.Part))
                {
                    new PredictionLatency(settings).Measure(ml, model, findings);
                    new EngineThroughput(settings).Measure(ml, model, findings);
                }
            }
            if (settings.Parts.Contains(DecodingSpeed.Part))
            {
                status.Status("Decoding");
                new DecodingSpeed(settings).Measure(ml, findings);
            }
        });
        return findings;
    }

    // A few steps on noise: the speed does not depend on what the weights are.
    private static LogitNormModel Model(MLContext ml)
        => ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options { BatchSize = 16, LearningRate = 0.01, Epochs = 1, Seed = 1 })
            .Fit(SyntheticImages.View(ml, 32));
}
