using System.Diagnostics;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// A training in a process of its own, which is killed in the third epoch while it writes to its checkpoint. Begins the other processes of the tests too.
/// </summary>
internal static class KilledTraining
{
    private const int Epoch = 3;

    /// <summary>Everything that draws random numbers or changes over the run: dropout, order, crop and flip, tau, learning rate.</summary>
    public static LogitNormTrainer.Options Options { get; } = TinyImages.Options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.3), Epochs = 4 };

    /// <summary>Runs it to its end.</summary>
    /// <returns>How the process ended, and what it wrote to its error stream.</returns>
    public static (int ExitCode, string Error) Run(string checkpointFile)
    {
        var (exitCode, _, error) = InTime.Run(InTime.DotNet(typeof(KilledTraining).Assembly.Location, checkpointFile));
        return (exitCode, error);
    }

    private static void Main(string[] args)
    {
        if (args is [WeightLayouts.Command])
        {
            WeightLayouts.RunChild();
            return;
        }
        if (args is [CultureTexts.Command, var culture])
        {
            CultureTexts.Print(culture);
            return;
        }
        new TorchSetUp().LoadLibTorch();
        if (args is [ModelAttack.Name, var seed])
        {
            ModelAttack.Run(int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture));
            return;
        }
        if (args is [PeakMemory.Command, .. var act])
        {
            PeakMemory.RunChild(act);
            return;
        }
        TinyTraining.Weights(Options with { CheckpointFile = args[0], StepCompleted = step => KillIn(step, args[0]) });
    }

    private static void KillIn(TrainingProgress step, string checkpointFile)
    {
        if ((step.Epoch, step.Step) != (Epoch, 2))
            return;
        WholeFile.Write(checkpointFile, stream =>
        {
            stream.Write(File.ReadAllBytes(checkpointFile).AsSpan(0, 10_000));
            stream.Flush();
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);   // the signal may take a moment; nothing more is to be done meanwhile
        });
    }
}
