using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>
/// The plain loop as it runs in a program without this library: in a process whose memory allocator is left alone. It waits while others are measured, and
/// takes its turn when told.
/// </summary>
internal sealed class PlainProcess : IDisposable
{
    /// <summary>The command by which this program calls itself.</summary>
    public const string ChildCommand = "end-to-end-plain";

    private readonly Process _process;

    /// <param name="what">A training step of a batch, or the scoring of one.</param>
    /// <param name="depth">Of the WideResNet.</param>
    /// <param name="widen">Of the WideResNet.</param>
    /// <param name="batch">Images at once.</param>
    public PlainProcess(Work what, int depth, int widen, int batch)
        => _process = OwnProcess.Start(ChildCommand, what.ToString(), Text(depth), Text(widen), Text(batch));

    public enum Work
    {
        Train,
        Score,
    }

    /// <summary>Has it done so many times.</summary>
    /// <returns>The seconds that it took.</returns>
    public double Seconds(int times)
    {
        _process.StandardInput.WriteLine(Text(times));
        return _process.StandardOutput.ReadLine() is { } line
            ? double.Parse(line, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("The process of the plain loop ended; its messages stand above.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>What the process that this starts does: one line in, how often; one line out, the seconds.</summary>
    public static void RunChild(string[] args)
    {
        AppContext.SetSwitch(NativeAllocator.Switch, false);
        TorchRuntime.EnsureAvailable();
        var (work, depth, widen, batch) = (Enum.Parse<Work>(args[0]), Number(args[1]), Number(args[2]), Number(args[3]));
        var network = new PlainWideResNet(depth, widen, SyntheticImages.Classes);
        using var training = new BareTraining(network, batch, channelsLast: false);
        using var images = randn(batch, SyntheticImages.Channels, SyntheticImages.Side, SyntheticImages.Side);
        Action run = work == Work.Train ? training.Step : Score;
        while (Console.ReadLine() is { } line)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = Number(line); i > 0; i--)
                run();
            Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        }

        void Score()
        {
            using var noGradient = inference_mode();
            network.eval();
            network.call(images).Dispose();
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
