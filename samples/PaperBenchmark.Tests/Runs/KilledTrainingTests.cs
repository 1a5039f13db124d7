using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;

namespace PaperBenchmark.Tests.Runs;

/// <summary>The whole program, killed and started again.</summary>
public sealed class KilledTrainingTests
{
    private const int Epochs = 6;

    [Test, CancelAfter(180_000)]
    public void KilledThreeTimes_EndsWithTheSameWeights(CancellationToken cancellation)
    {
        using var temporary = new TemporaryFolder();
        var undisturbed = Path.Combine(temporary.Root, "undisturbed");
        using (var program = Start(undisturbed))
        {
            program.WaitForExit();
            Assert.That(program.ExitCode, Is.Zero);
        }

        var killed = Path.Combine(temporary.Root, "killed");
        var random = new Random();
        foreach (var kill in Enumerable.Range(0, 3))
        {
            var (lines, delay) = (EpochsDone(killed) + 1 + random.Next(3), random.Next(300));
            TestContext.Out.WriteLine($"kill {kill + 1}: {delay} ms after {lines} epochs of {2 * Epochs}");
            using var program = Start(killed);
            while (EpochsDone(killed) < lines && !program.HasExited)
            {
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(5);
            }
            Thread.Sleep(delay);
            program.Kill();   // SIGKILL: nothing in the program can react to it
            program.WaitForExit();
        }
        Assert.That(Directory.GetFiles(killed, "trained.json", SearchOption.AllDirectories), Has.Length.LessThan(2), "killed before both networks were finished");
        using (var program = Start(killed))
        {
            program.WaitForExit();
            Assert.That(program.ExitCode, Is.Zero);
        }

        Assert.That(Models(undisturbed), Has.Count.GreaterThan(0));
        Assert.That(Models(killed), Is.EqualTo(Models(undisturbed)), "SHA-256 of the weights of each run");
    }

    private static Process Start(string output)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(TestContext.CurrentContext.TestDirectory, "PaperBenchmark.dll"), "train", "table-1", "--preset", "smoke", "--seeds", "1", "--epochs", $"{Epochs}", "--output", output])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        var program = Process.Start(start)!;
        program.OutputDataReceived += (_, _) => { };
        program.ErrorDataReceived += (_, line) => TestContext.Out.WriteLine(line.Data);
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
        return program;
    }

    // Lines of all runs' epochs.csv, without their heads.
    private static int EpochsDone(string output)
        => Directory.Exists(output) ? Directory.GetFiles(output, "epochs.csv", SearchOption.AllDirectories).Sum(path => Math.Max(0, File.ReadAllLines(path).Length - 1)) : 0;

    private static Dictionary<string, string> Models(string output)
        => Directory.GetFiles(output, "model.zip", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetFileName(Path.GetDirectoryName(path))!,
            path =>
            {
                using var zip = ZipFile.OpenRead(path);
                using var weights = zip.Entries.Single(entry => entry.FullName.EndsWith("Weights.safetensors", StringComparison.Ordinal)).Open();
                return Convert.ToHexString(SHA256.HashData(weights));
            });
}
