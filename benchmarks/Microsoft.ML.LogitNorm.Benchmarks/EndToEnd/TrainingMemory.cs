using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Memory of training, each loop in a process of its own: the most that it held, and what 20 epochs add.</summary>
internal sealed class TrainingMemory(EndToEndSettings settings)
{
    public const string Part = "memory";

    /// <summary>The command by which this program calls itself.</summary>
    public const string ChildCommand = "end-to-end-memory";

    private const int Steps = 12, Epochs = 20, RowsPerEpoch = 5120, GrowthRuns = 3;
    private const double Megabyte = 1e6;

    private enum Loop
    {
        Bare,
        Fit,
        Epochs,
    }

    public void Measure(Findings findings)
    {
        var bare = Child(Loop.Bare);
        var fit = Child(Loop.Fit);
        Usage[] runs = [.. Enumerable.Range(0, GrowthRuns).Select(_ => Child(Loop.Epochs))];
        var data = (double)settings.MemoryRows * SyntheticImages.Values;
        // The first epoch allocates what the others use again.
        Series allowed = Megabytes("WRN-40-2 allowed: bare loop + data + 200 MB", bare.Peak + data + (200 * Megabyte));
        Series peak = Megabytes("WRN-40-2 Fit, peak", fit.Peak);
        Series growth = new(
            Part, $"WRN-16-1 Fit, growth from epoch 1 to {Epochs}", "MB", [.. runs.Select(run => (run.AfterEpoch[^1] - run.AfterEpoch[0]) / Megabyte)]);
        findings.Add(peak, Megabytes("WRN-40-2 bare loop, peak", bare.Peak), Megabytes("data set", data), allowed, growth);
        findings.Add(
            Ratio.Most(peak, allowed, 1),
            new Ratio(Part, "growth over 20 epochs, in MB", growth.Median, 10, AtLeast: false));

        static Series Megabytes(string name, double bytes) => new(Part, name, "MB", [bytes / Megabyte]);
    }

    /// <summary>What the process that this part starts does: trains, and writes its memory as JSON to the console's last line.</summary>
    public static void RunChild(string[] args)
    {
        var loop = Enum.Parse<Loop>(args[0]);
        var (rows, batch) = (int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
        TorchRuntime.EnsureAvailable();
        var afterEpoch = new List<long>();
        if (loop == Loop.Bare)
        {
            using var training = new BareTraining(
                Backbone.WideResNet(40, 2).CreateNetwork(NodeShape.Image(SyntheticImages.Channels), SyntheticImages.Classes, new NetworkRandom(1)),
                batch,
                channelsLast: true);
            for (var step = 0; step < Steps; step++)
                training.Step();
        }
        else
            Train(loop, rows, batch, afterEpoch);
        Console.WriteLine(JsonSerializer.Serialize(new Usage(Status("VmHWM"), afterEpoch)));
    }

    private static void Train(Loop loop, int rows, int batch, List<long> afterEpoch)
    {
        var ml = new MLContext(seed: 1);
        using var stop = new CancellationTokenSource();
        var whole = loop == Loop.Epochs;
        var options = new LogitNormTrainer.Options
        {
            Backbone = whole ? Backbone.WideResNet(16, 1) : Backbone.WideResNet(40, 2),
            BatchSize = batch,
            Epochs = whole ? Epochs : 1,
            LearningRate = 0.01,
            CancellationToken = stop.Token,
            EpochCompleted = _ => afterEpoch.Add(Status("VmRSS")),
            StepCompleted = step =>
            {
                if (!whole && step.Step == Steps)
                    stop.Cancel();   // the peak is reached: every step takes the same memory
            },
        };
        try
        {
            ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(SyntheticImages.View(ml, whole ? RowsPerEpoch : rows)).Dispose();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As planned.
        }
    }

    // Linux only, as are the peak's meaning and the allocator's settings.
    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private Usage Child(Loop loop)
    {
        using var process = OwnProcess.Start(
            ChildCommand,
            loop.ToString(),
            settings.MemoryRows.ToString(CultureInfo.InvariantCulture),
            settings.BatchSize.ToString(CultureInfo.InvariantCulture));
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Usage>(output.TrimEnd().Split('\n')[^1])!
            : throw new InvalidOperationException($"The process that measures the memory of {loop} ended with exit code {process.ExitCode}; "
                + "its messages stand above.");
    }

    private sealed record Usage(long Peak, IReadOnlyList<long> AfterEpoch);
}
